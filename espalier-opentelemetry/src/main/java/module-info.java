// SPDX-License-Identifier: Apache-2.0

/**
 * OpenTelemetry's context in tasks, and spans of groups and tasks.
 *
 * <p>Start with {@link dev.espalier.opentelemetry.OpenTelemetryContext}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.opentelemetry {
    requires transitive dev.espalier;
    requires transitive io.opentelemetry.api;
    requires transitive io.opentelemetry.context;
    requires static org.jspecify;

    exports dev.espalier.opentelemetry;
}
