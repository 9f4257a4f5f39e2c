// SPDX-License-Identifier: Apache-2.0

/**
 * The lifetime of a program: what starts with it, what runs in its background, and how all of it ends in order.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.app.ApplicationScope} if something has to be closed when the program is told to end: by a signal, by itself,
 *       or because a part of it has failed.
 *   <li>Use {@link dev.espalier.app.ApplicationScope#run} for work that a framework's thread brings, such as a request, and that the program is to
 *       wait for, and then to cancel, when it ends.
 *   <li>Use {@link dev.espalier.app.ApplicationScope#fork} for what runs in the background, with a {@link dev.espalier.app.RestartPolicy} if it is to be started
 *       again.
 *   <li>Use {@link dev.espalier.TaskGroup} alone if the work ends with the method that began it. That is most work.
 * </ul>
 */
package dev.espalier.app;
