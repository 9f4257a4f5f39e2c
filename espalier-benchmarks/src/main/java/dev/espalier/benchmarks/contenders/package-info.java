// SPDX-License-Identifier: Apache-2.0

/**
 * The libraries that are compared, each a small class that does every workload as its own documentation would.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.benchmarks.contenders.Contender#named} to get one: only the class of that one is loaded, so that no call in
 *       a benchmark has more targets than it has in a program.
 *   <li>Add a library by a class here, its name in {@code Contender.named}, and that name in the {@code @Param} of the workloads that it can do.
 * </ul>
 *
 * <p>{@code raw} does the work with no structure at all: nothing is cancelled unless the workload is about that, and no failure is seen. It is the
 * measure, not an alternative.
 */
@NullMarked
package dev.espalier.benchmarks.contenders;

import org.jspecify.annotations.NullMarked;
