// SPDX-License-Identifier: Apache-2.0

/**
 * Carries what Micrometer's context-propagation knows into tasks: the MDC, Reactor's context, Spring Security's, and thread-locals of your own.
 *
 * <p>There is one class: {@link dev.espalier.context.SnapshotPropagator}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.context {
    requires transitive context.propagation;
    requires transitive dev.espalier;
    requires static org.jspecify;

    exports dev.espalier.context;
}
