// SPDX-License-Identifier: Apache-2.0

/**
 * Structured concurrency on virtual threads: task groups that never leak a task, cancel scopes with deadlines and
 * shields, retry, and primitives for what tasks share. This module needs no other library at run time.
 *
 * <p>Start with {@link dev.espalier.TaskGroup}.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // these are compiled after this
module dev.espalier {
    requires static org.jspecify;

    exports dev.espalier;
    exports dev.espalier.app;
    exports dev.espalier.pool;
    exports dev.espalier.spi;
    exports dev.espalier.sync;
    exports dev.espalier.internal to
            dev.espalier.channels,
            dev.espalier.inspect,
            dev.espalier.micrometer,
            dev.espalier.opentelemetry,
            dev.espalier.test;

    uses dev.espalier.spi.ContextPropagator;
    uses dev.espalier.spi.TaskObserver;
}
