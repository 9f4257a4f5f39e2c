// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Startable;
import dev.espalier.Status;
import dev.espalier.spi.Backend;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The body of a task that is being started, and the hand-over of its readiness (L10). */
final class StartWork<V extends @Nullable Object> implements Callable<@Nullable Void>, Status<V> {
    /*
     * States: PENDING -> READY (the task), PENDING -> LEFT (the starter gives up) or PENDING -> FAILED (the task fails before): one compare-and-set
     * decides, so that a task is either handed over or cancelled by its starter, never both, and its failure is either the starter's or the
     * group's. The value is written before READY, under the monitor, so that a second report finds the first.
     */
    private enum State {
        PENDING,
        READY,
        LEFT,
        FAILED
    }

    private final Startable<V> body;
    private final Backend backend;
    /** The starter; on the stack of the task before that runs, so that the task finds a circle through it (D1). */
    private final Waiter.Starter waiter;

    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
    private @Nullable V value;

    @SuppressWarnings("this-escape") // to its own waiter, which nobody has yet
    StartWork(Startable<V> body, Backend backend, @Nullable Strand starter) {
        this.body = body;
        this.backend = backend;
        this.waiter = new Waiter.Starter(Thread.currentThread(), starter, backend, this);
    }

    /** Before the task is started. */
    void bind(TaskNode<?> newTask) {
        boolean _ = newTask.push(waiter);
    }

    @Override
    public @Nullable Void call() throws Exception {
        body.run(this);
        return null;
    }

    @Override
    public synchronized void started(V newValue) {
        if (state.get() == State.PENDING) {
            value = newValue;
            if (state.compareAndSet(State.PENDING, State.READY)) {
                backend.unpark(waiter.thread);
                return;
            }
        }
        if (state.get() == State.READY) {
            throw new IllegalStateException("started was called twice; a task reports itself ready once");
        }
    }

    @Override
    public void started() {
        started(Sneaky.cast(null));
    }

    Waiter.Starter waiter() {
        return waiter;
    }

    boolean isReady() {
        return state.get() == State.READY;
    }

    /** The starter gives up; false if the task is ready. */
    boolean leave() {
        return state.compareAndSet(State.PENDING, State.LEFT) || !isReady();
    }

    /** The task fails; whether that is the starter's matter, because it has not been handed over. */
    boolean failsBeforeReady() {
        return state.compareAndSet(State.PENDING, State.FAILED) || !isReady();
    }

    V value() {
        return Sneaky.cast(value);
    }
}
