// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Body;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import dev.espalier.ScopeCancelledException;
import dev.espalier.VoidBody;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A scope made by a factory of {@code CancelScope}, to be entered once. */
public final class PlainScope extends Scope {
    /*
     * States: new -> entered (compare-and-set) -> over. Whatever is set before the entry (deadline, shield, even a cancellation)
     * takes effect at the entry: parent, then strand, then current are written, and only then the cause is read; a
     * cancellation that comes at the same time either sees the strand and delivers, or is seen here.
     *
     * The exit decides once (C6): current becomes the parent; deliveries are waited for; then, if something around is effectively cancelled,
     * what the body threw passes, else this scope absorbs it, if it is cancelled and the exception shows an interruption.
     */
    private static final VarHandle ENTERED;

    static {
        try {
            ENTERED = MethodHandles.lookup().findVarHandle(PlainScope.class, "entered", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable Duration timeout; // from entry
    private final @Nullable Duration shieldLimit;
    private volatile @Nullable Strand strand;

    @SuppressWarnings("UnusedVariable") // read and written by ENTERED
    private volatile boolean entered;

    private volatile boolean caught;
    private volatile boolean over;

    private PlainScope(@Nullable Duration timeout, @Nullable Duration shieldLimit) {
        super(null);
        this.timeout = timeout;
        this.shieldLimit = shieldLimit;
    }

    /**
     * A scope with a timeout, a deadline, or neither.
     *
     * @param timeout from entry
     * @param deadline an instant
     * @return to be entered once
     */
    public static PlainScope create(@Nullable Duration timeout, @Nullable Deadline deadline) {
        var scope = new PlainScope(timeout, null);
        if (deadline != null) {
            scope.deadline(deadline);
        }
        return scope;
    }

    /**
     * A scope that is a shield.
     *
     * @param limit how long it protects; null for ever
     * @return to be entered once
     */
    public static PlainScope shield(@Nullable Duration limit) {
        var scope = new PlainScope(null, limit);
        scope.shield = true;
        return scope;
    }

    @Override
    @Nullable
    Strand strand() {
        return strand;
    }

    @Override
    boolean isOver() {
        return over;
    }

    @Override
    String describe() {
        return shieldLimit != null || shield ? "a shield" : "a cancel scope";
    }

    @Override
    public dev.espalier.spi.Backend backend() {
        return parent == null ? Scope.current().backend() : parent.backend(); // before entry: of who asks
    }

    @Override
    public boolean cancelledCaught() {
        return caught;
    }

    // ---- the forms

    @Override
    public <T, X extends Exception> Optional<T> call(Body<T, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object result = execute(body);
        if (caught) {
            return Optional.empty();
        }
        if (result == null) {
            throw new NullPointerException(
                    "the body of a form that returns an Optional returned null; return a value, or use"
                            + " the form without a result (run, runOrMoveOnAfter)");
        }
        return Optional.of(Sneaky.<T>cast(result));
    }

    @Override
    public <X extends Exception> boolean run(VoidBody<X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object _ = execute(() -> {
            body.call();
            return null;
        });
        return !caught;
    }

    /**
     * The form that fails: as its deadline has passed, or as there is no value.
     *
     * @param body the body
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException if a cancellation passes
     */
    public <T extends @Nullable Object, X extends Exception> T callOrFail(Body<T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object result = execute(body);
        if (caught) {
            CancelReason reason = failIfExpired((Throwable) result);
            throw Traces.trimmed(new ScopeCancelledException(reason, (Throwable) result));
        }
        return Sneaky.cast(result);
    }

    /**
     * The form that fails if its deadline has passed, without a result.
     *
     * @param body the body
     * @param <X> what it throws
     * @throws X what it throws
     * @throws InterruptedException if a cancellation passes
     */
    public <X extends Exception> void runOrFail(VoidBody<X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object result = execute(() -> {
            body.call();
            return null;
        });
        if (caught) {
            CancelReason _ = failIfExpired((Throwable) result);
        }
    }

    private CancelReason failIfExpired(@Nullable Throwable thrown) {
        CancelReason reason = Objects.requireNonNull(ownReason());
        if (reason.kind() == Kind.DEADLINE) {
            throw Traces.trimmed(new DeadlineExceededException(reason, thrown));
        }
        return reason;
    }

    // ---- entry and exit

    /** Runs the body in this scope; what it returned, or, if {@link #caught}, the exception that was absorbed. */
    private <T extends @Nullable Object, X extends Exception> @Nullable Object execute(Body<T, X> body)
            throws X, InterruptedException {
        Strand here = Strands.attach();
        if (!ENTERED.compareAndSet(this, false, true)) {
            Strands.detach(here);
            throw alreadyEntered();
        }
        Group open = here.groups;
        boolean interruptedBefore = Thread.currentThread().isInterrupted();
        Object result = null;
        Throwable thrown = null;
        boolean passes = true;
        boolean unwinding = true;
        try {
            enter(here);
            try {
                result = body.call();
            } catch (Throwable t) { // rethrown or absorbed below
                thrown = t;
            }
            thrown = GroupExit.closeLeaked(here, open, this, thrown);
            unwinding = thrown != null;
        } finally {
            passes = exit(here, interruptedBefore, unwinding);
        }
        if (thrown == null) {
            return result;
        }
        if (cause != null && !passes && Cancellation.isCancellation(thrown)) {
            caught = true;
            return thrown;
        }
        throw Sneaky.<X>rethrow(thrown);
    }

    private void enter(Strand here) {
        parent = here.current;
        strand = here;
        here.enter(this);
        if (shield && shieldLimit != null && !shieldLimit.isPositive()) {
            shield = false; // a limit that is over at once
        }
        if (shield) {
            here.raiseShield(this);
            if (shieldLimit != null) {
                extras().limitShield(shieldLimit);
            }
        }
        if (timeout == null || Extras.begin(this, timeout, backend()) == null) {
            activate();
        }
        if (cause != null) {
            here.deliver(/* again= */ false);
            Pursuit.begin(this); // it was cancelled before it had a thread
        }
    }

    /** What was set before the entry takes effect. */
    private void activate() {
        if (timeout != null && deadline() == Deadline.NONE) { // a deadline set before the entry takes its place
            extras().deadline(Deadline.after(timeout, backend()), timeout);
        }
        Extras e = extras;
        if (e != null) {
            e.activate();
            if (isEffectivelyCancelled()) {
                CancelCallback.fire(this); // registered before the entry
            }
        }
    }

    private boolean exit(Strand here, boolean interruptedBefore, boolean unwinding) {
        if (!shield && cause instanceof CancelReason reason && reason.kind() == Kind.DEADLINE) {
            Deadlines.fireExpired(Objects.requireNonNull(parent)); // with equal deadlines the outermost wins
        }
        over = true;
        boolean passes = here.leave(this, interruptedBefore, unwinding);
        Strands.detach(here);
        return passes;
    }
}
