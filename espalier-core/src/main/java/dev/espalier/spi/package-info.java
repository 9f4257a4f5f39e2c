// SPDX-License-Identifier: Apache-2.0

/**
 * What a program or a library plugs into Espalier.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.spi.Backend} to choose the threads that run tasks, or to bring your own.
 *   <li>Use {@link dev.espalier.spi.ContextPropagator} if something thread-bound must be seen in tasks: a logging
 *       context, a tenant, a trace.
 *   <li>Use {@link dev.espalier.spi.TaskObserver} to be told what groups and tasks do: metrics, tests, a live view.
 * </ul>
 */
package dev.espalier.spi;
