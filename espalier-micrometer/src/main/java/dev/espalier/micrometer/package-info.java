// SPDX-License-Identifier: Apache-2.0

/**
 * Metrics for Micrometer, as binders.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.micrometer.EspalierMetrics} to count groups and tasks, outcomes, cancellations, and what ignores them.
 *   <li>Use {@link dev.espalier.micrometer.Monitor} for a semaphore, a limiter or a pool.
 *   <li>Use {@link dev.espalier.micrometer.ChannelMonitor} for a channel.
 * </ul>
 */
package dev.espalier.micrometer;
