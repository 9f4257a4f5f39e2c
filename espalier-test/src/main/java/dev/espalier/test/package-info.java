// SPDX-License-Identifier: Apache-2.0

/**
 * Use {@link dev.espalier.test.SimulatedTest} if a test is of code whose mistakes depend on which thread comes first:
 * it runs in as many orders as you like, on a clock that jumps, and what fails replays.
 *
 * <ul>
 *   <li>{@link dev.espalier.test.Simulation} is what such a test is given: the clock, faults, the trace.
 *   <li>{@link dev.espalier.test.SimulatedBackend} is the same without JUnit: {@code run}, {@code replay},
 *       {@code explore}; with {@link dev.espalier.test.Exploration}, {@link dev.espalier.test.Findings} and
 *       {@link dev.espalier.test.Schedule}.
 *   <li>{@link dev.espalier.test.Trace} is what happened, as a table or a picture.
 *   <li>{@link dev.espalier.test.LeakCheck} is for tests on real threads.
 *   <li>{@link dev.espalier.test.DeadlockError}, {@link dev.espalier.test.LeakError} and
 *       {@link dev.espalier.test.SimulationError} are what is thrown when a run as a whole is wrong.
 * </ul>
 */
package dev.espalier.test;
