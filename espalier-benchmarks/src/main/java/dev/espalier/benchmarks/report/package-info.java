// SPDX-License-Identifier: Apache-2.0

/**
 * What was measured, as tables and charts on {@code docs/performance.md}.
 *
 * <ul>
 *   <li>A workload has a place here by a constant of {@link dev.espalier.benchmarks.report.Kind}; its target, by one of
 *       {@link dev.espalier.benchmarks.report.Target}.
 * </ul>
 */
@NullMarked
package dev.espalier.benchmarks.report;

import org.jspecify.annotations.NullMarked;
