// SPDX-License-Identifier: Apache-2.0

/**
 * How fast Espalier is, beside virtual threads started by hand, the JDK's {@code StructuredTaskScope} and other libraries.
 *
 * <ul>
 *   <li>Use {@code espalier-benchmarks/run} to run everything and write {@code docs/performance.md}, and {@code espalier-benchmarks/compare} to see whether the
 *       core became slower.
 *   <li>A workload is a class here; a library that does the workloads is one in {@code contenders}, a pool one in {@code pools}; tables and charts are
 *       made in {@code report}.
 *   <li>Add a workload: a subclass of {@code Workload} with the contenders that can do it, a constant of {@code report.Kind}, and a target, if there is
 *       one. The same work for each contender, its results checked.
 * </ul>
 */
@NullMarked
package dev.espalier.benchmarks;

import org.jspecify.annotations.NullMarked;
