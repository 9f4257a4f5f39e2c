// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.Body;
import dev.espalier.CancelledException;
import dev.espalier.Registration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Work that has a way of its own to be stopped (C9). */
public final class HookScope extends Scope {
    /*
     * States: ARMED -> BEGUN (a canceller) -> over, or ARMED -> CLOSED (the thread leaves). One compare-and-set decides whether the hook
     * runs at all; once BEGUN, leaving waits until the hook is over. So when `cancelling` returns, the hook is not running and never will.
     *
     * The interrupt: while a hook on the way up to the nearest shield is armed or in its grace, deliver leaves the thread alone
     * (holdsBack). The hook's thread sets a timer for the grace when the hook begins; when that has passed, the thread is interrupted
     * as any other. A canceller that found the hook armed runs it before it delivers, so that nobody waits for a hook that nobody runs.
     *
     * Entry: the scope becomes current, then the thread looks whether it is cancelled; a canceller marks, then reads current. If the thread
     * sees the cancellation and closes the hook first, neither hook nor body runs; if the canceller was first, the body runs with the hook begun.
     */
    private enum State {
        ARMED,
        BEGUN,
        CLOSED
    }

    private final Strand strand;
    private final Action hook;
    private final AtomicReference<State> state = new AtomicReference<>(State.ARMED);
    private final Latch over = new Latch();
    private volatile boolean graceOver;
    private volatile @Nullable Registration graceTimer;
    private volatile @Nullable Throwable hookFailure;

    private HookScope(Strand strand, Action hook) {
        super(strand.current);
        this.strand = strand;
        this.hook = hook;
    }

    /**
     * Runs a body with a hook.
     *
     * @param hook stops the work
     * @param body the work
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException if it is cancelled
     */
    public static <T extends @Nullable Object, X extends Exception> T call(Action hook, Body<T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(hook, "hook");
        Objects.requireNonNull(body, "body");
        Strand strand = Strands.attach();
        var scope = new HookScope(strand, hook);
        try {
            return scope.execute(body);
        } finally {
            Strands.detach(strand);
        }
    }

    private <T extends @Nullable Object, X extends Exception> T execute(Body<T, X> body)
            throws X, InterruptedException {
        strand.checkCancelled();
        Group open = strand.groups;
        T result = null;
        Throwable thrown = null;
        boolean ran = false;
        strand.enter(this);
        try {
            if (!isEffectivelyCancelled() || !state.compareAndSet(State.ARMED, State.CLOSED)) {
                ran = true;
                try {
                    result = body.call();
                } catch (Throwable t) { // rethrown below
                    thrown = t;
                }
                thrown = GroupExit.closeLeaked(strand, open, this, thrown);
            }
        } finally {
            boolean begun = !state.compareAndSet(State.ARMED, State.CLOSED) && state.get() == State.BEGUN;
            if (begun) {
                over.awaitUninterruptibly(backend());
                Registration timer = graceTimer;
                if (timer != null) {
                    timer.close();
                }
            }
            boolean _ = strand.leave(this, /* interruptedBefore= */ true, /* unwinding= */ thrown != null);
        }
        if (!ran) {
            throw strand.cancelled(/* consumed= */ false);
        }
        return finish(result, thrown);
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // X is that of the body
    private <T extends @Nullable Object, X extends Exception> T finish(
            @Nullable Object result, @Nullable Throwable thrown) throws X, InterruptedException {
        boolean begun = state.get() == State.BEGUN;
        Throwable failure = hookFailure;
        if (thrown instanceof Exception && begun) {
            CancelledException cancelled = strand.cancelled(/* consumed= */ false);
            var withCause = new CancelledException(cancelled.reason(), thrown);
            if (failure != null) {
                withCause.addSuppressed(failure);
            }
            throw withCause;
        }
        if (failure != null) {
            Log.warn("the hook of CancelScope.cancelling threw", failure);
        }
        if (thrown != null) {
            throw Sneaky.<X>rethrow(thrown);
        }
        if (begun) {
            strand.deliver(/* again= */ false); // the thread is cancelled all the same
        }
        return Sneaky.cast(result);
    }

    /** Runs the hook, unless it has been run; called by cancellers. */
    void fire() {
        if (state.compareAndSet(State.ARMED, State.BEGUN)) {
            Launch.aside(backend(), "espalier-cancel-hook", this::runHook);
        }
    }

    private void runHook() {
        try {
            Group group = nearestGroup();
            var grace = (group == null ? dev.espalier.CancelPolicy.DEFAULT : group.cancelPolicy()).hookGrace();
            graceTimer = backend().schedule(this::endGrace, Math.max(0, grace.toNanos()));
            hook.run();
        } catch (Throwable t) { // suppressed in what the body throws, or logged
            hookFailure = t;
        } finally {
            over.open();
        }
    }

    private void endGrace() {
        graceOver = true;
        strand.deliver(/* again= */ false);
    }

    /** Whether a hook between this scope and the nearest shield asks for patience with the interrupt. */
    static boolean holdsBack(Scope in) {
        for (Scope s = in; s != null && !(s instanceof Strand); s = s.parent) {
            if (s instanceof HookScope hook
                    && !hook.graceOver
                    && hook.state.get() != State.CLOSED
                    && hook.isCancelledFromAround()) {
                return true;
            }
            if (s.shield) {
                return false;
            }
        }
        return false;
    }

    @Override
    boolean isTransparent() {
        return true;
    }

    @Override
    Strand strand() {
        return strand;
    }

    @Override
    boolean isOver() {
        return false; // nobody sees it, so nobody cancels it
    }

    @Override
    String describe() {
        return "work with a cancel hook";
    }
}
