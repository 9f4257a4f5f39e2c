// SPDX-License-Identifier: Apache-2.0

/**
 * Things that are expensive to make and are used again.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.pool.ResourcePool} if tasks share a few connections, or other resources that are opened and closed.
 *   <li>Use {@link dev.espalier.pool.WorkerPool} if a number of workers handle items that others submit, for as long as items come.
 * </ul>
 */
package dev.espalier.pool;
