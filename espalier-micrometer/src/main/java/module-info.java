// SPDX-License-Identifier: Apache-2.0

/**
 * Metrics of a running program, for Micrometer: what lives, what has ended and how, why things were cancelled, what ignores it; and gauges of the locks, limiters,
 * pools and channels that tasks share.
 *
 * <p>Start with {@link dev.espalier.micrometer.EspalierMetrics}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.micrometer {
    requires transitive dev.espalier;
    requires transitive micrometer.core;
    // for ChannelMonitor only
    requires static dev.espalier.channels;
    requires static org.jspecify;

    exports dev.espalier.micrometer;
}
