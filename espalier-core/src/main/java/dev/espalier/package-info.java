// SPDX-License-Identifier: Apache-2.0

/**
 * Task groups, cancel scopes, deadlines and their exceptions.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.TaskGroup} if several things are to be done at once and all must have ended before the
 *       code goes on.
 *   <li>Use {@link dev.espalier.CancelScope} if a piece of code is to be given up after a time or on demand, or must be
 *       protected from that while it cleans up.
 *   <li>Use {@link dev.espalier.Tasks} for what one does most with groups: all of several things, the first of several, a source of items with a limit.
 *   <li>Use {@link dev.espalier.Deadline} to pass one instant through many calls instead of adding up timeouts.
 *   <li>Use {@link dev.espalier.Retry} if something may work when it is tried again.
 *   <li>Use {@link dev.espalier.sync} if tasks share something: a lock, permits, an event.
 *   <li>Use {@link dev.espalier.app} if something lives as long as the program, and has to end in order with it.
 *   <li>Use {@link dev.espalier.spi} if you write a backend, observe tasks, or carry context into them.
 * </ul>
 *
 * <p>Words: a <em>group</em> owns <em>tasks</em>; its <em>owner</em> is the thread that opened it and its
 * <em>body</em> is the code that the owner runs in it. A <em>timeout</em> is a duration, a <em>deadline</em> an instant.
 * A group <em>ends</em> when its outcome is decided and <em>completes</em> when all its threads are done.
 *
 * <p>Cancellation is one idiom, the JDK's own: code that is cancelled gets an {@link InterruptedException}, from the JDK's
 * blocking methods as from Espalier's. See {@link dev.espalier.CancelledException} for the reason that comes with it.
 */
package dev.espalier;
