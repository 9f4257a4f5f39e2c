// SPDX-License-Identifier: Apache-2.0

/**
 * Pools of resources that are compared, each behind {@link dev.espalier.benchmarks.pools.Borrower}.
 *
 * <ul>
 *   <li>Add a pool by a class here, its name in {@code Borrower.named}, and that name in the {@code @Param} of {@code PoolBorrow}.
 * </ul>
 */
@NullMarked
package dev.espalier.benchmarks.pools;

import org.jspecify.annotations.NullMarked;
