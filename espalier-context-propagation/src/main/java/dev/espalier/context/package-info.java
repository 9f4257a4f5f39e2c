// SPDX-License-Identifier: Apache-2.0

/**
 * Use {@link dev.espalier.context.SnapshotPropagator} if tasks are to log with the MDC of who forked them, or to see another thread-local for which
 * there is an accessor.
 */
package dev.espalier.context;
