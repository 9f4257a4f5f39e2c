// SPDX-License-Identifier: Apache-2.0

/**
 * What tasks share: locks, permits, events. Waiting for one is noticed by a cancellation, is first come first served, and loses nothing.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.sync.Lock} if one task at a time may do something that blocks.
 *   <li>Use {@link dev.espalier.sync.Semaphore} if a fixed number may.
 *   <li>Use {@link dev.espalier.sync.CapacityLimiter} if that number changes at run time, or each borrower may have one token only.
 *   <li>Use {@link dev.espalier.sync.RateLimiter} if only so many may start in a time.
 *   <li>Use {@link dev.espalier.sync.Event} if something happens once and others wait for it.
 *   <li>Use {@link dev.espalier.sync.Condition} if tasks wait, under a lock, for what others change under it.
 * </ul>
 *
 * <p>Three rules hold for all. A method that waits takes no, or a {@link java.time.Duration}; when that is over, it throws
 * {@link dev.espalier.DeadlineExceededException}. A method whose name begins with {@code try} never blocks, and is no cancellation point. A
 * method that waits is always one: in cancelled code it throws {@link dev.espalier.CancelledException} every time, also if it would not have to wait, and
 * then it has taken nothing.
 *
 * <p>They work in tasks and in threads that know nothing of Espalier. They do not know other processes.
 */
package dev.espalier.sync;
