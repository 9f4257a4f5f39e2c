// SPDX-License-Identifier: Apache-2.0

/**
 * What lives in a program, what it waits for, and what it did before.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.inspect.TaskTree} if you want it once: as text to read, or as JSON for a program.
 *   <li>Use {@link dev.espalier.inspect.TaskTree#register} if you want it later, from outside, of a program that runs.
 *   <li>Use {@link dev.espalier.inspect.Inspector} if you want to watch it in a browser.
 *   <li>Use {@link dev.espalier.inspect.Recorder} if you want to see afterwards what happened, over time.
 *   <li>Use {@link dev.espalier.inspect.JfrEvents} if you look at the program with JDK Flight Recorder.
 * </ul>
 *
 * <p>Nothing here costs anything before it is called.
 *
 * @since 0.1
 */
package dev.espalier.inspect;
