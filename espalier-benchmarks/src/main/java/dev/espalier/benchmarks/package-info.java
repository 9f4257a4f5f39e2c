// SPDX-License-Identifier: Apache-2.0

/**
 * How fast Espalier is, beside virtual threads started by hand and beside the JDK's {@code StructuredTaskScope}.
 *
 * <ul>
 *   <li>Use {@code espalier-benchmarks/run} to run everything and print the table of {@code docs/performance.md}.
 *   <li>Add a class for a new workload: one benchmark method a system, the same work in each.
 * </ul>
 *
 * <p>The methods {@code raw} do the work with no structure at all: nothing is cancelled, no failure is seen. They are the measure, not an
 * alternative.
 */
@NullMarked
package dev.espalier.benchmarks;

import org.jspecify.annotations.NullMarked;
