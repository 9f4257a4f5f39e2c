// SPDX-License-Identifier: Apache-2.0

package dev.espalier.context;

import dev.espalier.spi.ContextPropagator;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Objects;

/**
 * Carries the thread-locals that Micrometer's context-propagation knows into tasks. Libraries tell it of theirs (Reactor, Spring, Micrometer Tracing); you tell it of yours, or of the
 * MDC of SLF4J, once:
 *
 * {@snippet class="dev.espalier.context.examples.ContextExamples" region="install"}
 *
 * <p>A task sees the values that the forking thread has at the fork, and no others: a thread-local without a value there has none in the task. What the task sets is gone when it has
 * ended, also on a thread that goes on. It is not installed by being there: whoever wants it says so, for the program, or for a group with
 * {@link dev.espalier.Options#propagators}.
 *
 * <p>It does not follow changes: a value that is set after the fork is not seen. It carries no scoped values: those are named in {@link dev.espalier.Options#inherit}.
 *
 * <p><b>Failure.</b> What an accessor throws is treated as {@link ContextPropagator} says. <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any.
 *
 * <p><b>Memory.</b> A snapshot for each task, until it has ended. It costs each fork about as much again as a task that does nothing: the more accessors, the more.
 *
 * <p>Pitfall: an accessor whose value is an object that changes, such as a map. The snapshot has the object, not a copy, unless the accessor makes one; that of the MDC does.
 *
 * @since 0.1
 */
public final class SnapshotPropagator implements ContextPropagator {
    private final ContextSnapshotFactory factory;

    /** Of all accessors in {@link io.micrometer.context.ContextRegistry#getInstance()}, also those registered later. */
    public SnapshotPropagator() {
        this(ContextSnapshotFactory.builder().clearMissing(true).build());
    }

    /**
     * As a factory says: with a registry of its own, or with some of the keys only.
     *
     * @param factory takes the snapshots; with {@code clearMissing(true)}, or else a task keeps inherited values that the forking thread has not, and what it
     *     sets where nothing was captured stays on its thread
     */
    public SnapshotPropagator(ContextSnapshotFactory factory) {
        this.factory = Objects.requireNonNull(factory, "factory");
    }

    @Override
    public Snapshot capture() {
        ContextSnapshot captured = factory.captureAll();
        return () -> captured.setThreadLocals()::close;
    }
}
