// SPDX-License-Identifier: Apache-2.0

/**
 * Things that are expensive to make and are used again.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.pool.ResourcePool} if tasks share a few connections, or other resources that are opened and closed.
 * </ul>
 */
package dev.espalier.pool;
