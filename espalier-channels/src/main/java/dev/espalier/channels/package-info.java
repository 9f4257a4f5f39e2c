// SPDX-License-Identifier: Apache-2.0

/**
 * Channels: items from tasks to tasks.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.channels.Source#produce} if a task makes items and others use them: the channel closes by itself.
 *   <li>Use {@link dev.espalier.channels.Pipeline} if items go through several stages, each with a limit of its own.
 *   <li>Use {@link dev.espalier.channels.Channel} if senders come and go, and you know when it is to be closed.
 *   <li>Use {@link dev.espalier.channels.Select} if a task waits for several channels at once.
 *   <li>Use {@link dev.espalier.channels.Source#from} and {@link dev.espalier.channels.Source#toPublisher} to talk to reactive streams.
 * </ul>
 *
 * <p>Three rules hold for all. A send that throws has not handed over its item; a receive that got one returns it. Each call that can wait is a cancellation point, also when it need not
 * wait. What is bound to a group ends with it.
 */
package dev.espalier.channels;
