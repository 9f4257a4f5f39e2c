// SPDX-License-Identifier: Apache-2.0

/**
 * Pools.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.pool.WorkerPool} if a number of workers handle items that others submit, for as long as items come.
 * </ul>
 */
package dev.espalier.pool;
