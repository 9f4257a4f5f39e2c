// SPDX-License-Identifier: Apache-2.0

/**
 * Traces with OpenTelemetry.
 *
 * <ul>
 *   <li>Use {@link dev.espalier.opentelemetry.OpenTelemetryContext} if spans that tasks make are to have the right parent.
 *   <li>Use {@link dev.espalier.opentelemetry.GroupSpans} if groups, or groups and tasks, are to be spans themselves.
 * </ul>
 */
package dev.espalier.opentelemetry;
