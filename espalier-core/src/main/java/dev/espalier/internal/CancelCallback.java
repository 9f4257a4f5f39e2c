// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.Registration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A callback that waits for the cancellation of a scope. */
final class CancelCallback implements Registration {
    /*
     * States: ARMED -> RUNNING -> (done), or ARMED -> CLOSED; one compare-and-set decides. The latch opens when a run is over.
     *
     * Registering adds the callback to the scope's list and then looks whether the scope is cancelled; cancelling marks the scope and then takes the
     * list. So at least one of them finds the callback, and the compare-and-set lets one of them run it.
     *
     * Closing waits for a running callback, with the interrupt status set aside (L9), but not on the callback's own thread. No lock
     * is held while a callback runs.
     */
    private enum State {
        ARMED,
        RUNNING,
        CLOSED
    }

    private final Scope scope;
    private final Consumer<CancelReason> callback;
    private final AtomicReference<State> state = new AtomicReference<>(State.ARMED);
    private final Latch done = new Latch();
    private volatile @Nullable Thread runner;

    private CancelCallback(Scope scope, Consumer<CancelReason> callback) {
        this.scope = scope;
        this.callback = callback;
    }

    static Registration register(Scope scope, Consumer<CancelReason> callback) {
        var registered = new CancelCallback(scope, Objects.requireNonNull(callback, "callback"));
        boolean added = scope.extras().addCallback(registered);
        if (scope.isEffectivelyCancelled() && registered.state.compareAndSet(State.ARMED, State.RUNNING)) {
            if (added) {
                scope.extras().removeCallback(registered);
            }
            registered.run();
        }
        return registered;
    }

    /** Runs the callbacks of a scope that has become effectively cancelled, on a thread of its backend. */
    static void fire(Scope scope) {
        Extras extras = scope.extras;
        if (extras == null) {
            return;
        }
        for (CancelCallback callback : extras.takeCallbacks()) {
            if (callback.state.compareAndSet(State.ARMED, State.RUNNING)) {
                Launch.aside(scope.backend(), "espalier-on-cancel", callback::run);
            }
        }
    }

    private void run() {
        runner = Thread.currentThread();
        try {
            callback.accept(Reasons.of(scope));
        } catch (RuntimeException | Error e) {
            Log.warn("an onCancel callback of " + scope.describe() + " threw", e);
        } finally {
            runner = null;
            done.open();
        }
    }

    @Override
    public void close() {
        if (state.compareAndSet(State.ARMED, State.CLOSED)) {
            scope.extras().removeCallback(this);
        } else if (state.get() == State.RUNNING && runner != Thread.currentThread()) {
            done.awaitUninterruptibly(scope.backend());
        }
    }
}
