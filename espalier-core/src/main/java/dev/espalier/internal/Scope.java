// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Body;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.Deadline;
import dev.espalier.Registration;
import dev.espalier.VoidBody;
import dev.espalier.spi.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of the tree in which cancellation flows down: a scope that a thread entered, a group, a task, or a thread that is no
 * task.
 */
public abstract sealed class Scope implements CancelScope permits BackendScope, Ledger, HookScope, PlainScope, Strand {
    /*
     * The tree. A task's parent is its group; a group's parent is the scope that was current on its owner when it was opened; a
     * scope's parent is the one that was current when it was entered. Parents never change. There are no lists of child
     * scopes: what is below a scope is found from the thread it was entered on (its chain of current scopes and its stack of
     * open groups) and from the groups' lists of tasks; see Cascade.
     *
     * Effective cancellation is pulled: whoever wants to know walks up to the nearest shield. So there is no copy that could be
     * stale, and a shield that is put up or taken down needs no bookkeeping. Delivery is pushed: whoever cancels walks down and
     * interrupts. Each side writes before it reads, with volatile accesses:
     *
     *   canceller: cause = ...;          then reads strand.current, strand.groups, group's list, task's state
     *   target:    enters / forks / starts (writes one of those);    then reads cause on the way up
     *
     * so that of a cancellation and an entry that overlap at least one sees the other (C2).
     *
     * Why not pushed flags (Trio's effectively_cancelled): a flag per node must be kept right under shields that move, and the walk
     * down is needed for interrupts anyway. The walk up costs about a nanosecond a level, and ends at a group from which nothing was found before; see Epoch.
     *
     * Fields
     *   parent  written once, before the scope becomes reachable from its strand; a foreign thread that reads it of a scope not yet
     *           entered sees null, as before the entry.
     *   cause   null, then once (CAS) a CancelReason or the TaskNode whose failure cancelled a group. The latter costs no
     *           allocation on the way of a failure (L12); the reason is made when somebody asks.
     *   shield  written by the scope's own thread, and by the timer of a shield's limit, which takes it down.
     *   extras  null, then once (CAS): what few scopes have.
     */
    static final VarHandle CAUSE;
    static final VarHandle EXTRAS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            CAUSE = lookup.findVarHandle(Scope.class, "cause", Object.class);
            EXTRAS = lookup.findVarHandle(Scope.class, "extras", Extras.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Nullable
    Scope parent;

    volatile @Nullable Object cause;
    volatile boolean shield;
    volatile @Nullable Extras extras;

    Scope(@Nullable Scope parent) {
        this.parent = parent;
    }

    /**
     * The innermost scope of the calling thread, transparent ones included.
     *
     * @return outside of all, {@link ForeignStrand#ROOT}
     */
    public static Scope current() {
        Strand strand = Strands.current();
        return strand == null ? ForeignStrand.ROOT : strand.current;
    }

    /**
     * The scope that a user sees: itself, or the nearest one around it that is not transparent.
     *
     * @param scope any
     * @return for users
     */
    public static Scope visible(Scope scope) {
        Scope s = scope;
        while (s.isTransparent()) {
            s = Objects.requireNonNull(s.parent);
        }
        return s;
    }

    /**
     * Throws if the caller is cancelled.
     *
     * @throws CancelledException if it is
     */
    public static void checkpoint() throws CancelledException {
        Strand strand = Strands.current();
        if (strand != null) {
            strand.current.backend().checkpoint();
            strand.checkCancelled();
        }
    }

    /** Whether users never see this scope, because it is only a mark on the way. */
    boolean isTransparent() {
        return false;
    }

    /** The thread that entered this scope: null before, and for a group made by {@code open}. */
    abstract @Nullable Strand strand();

    /**
     * The backend of code in this scope.
     *
     * @return that of the nearest group, task or {@code Espalier.run}
     */
    public Backend backend() {
        return Objects.requireNonNull(parent).backend();
    }

    /** Whether the scope has ended, so that cancelling it means nothing any more. */
    abstract boolean isOver();

    /** What code in this scope is, for messages. */
    abstract String describe();

    /** The nearest group around, itself included. */
    final @Nullable Group nearestGroup() {
        for (Scope s = this; s != null; s = s.parent) {
            if (s instanceof Group group) {
                return group;
            }
        }
        return null;
    }

    /** Whether the given scope is this one or around it. */
    final boolean isBelow(Scope ancestor) {
        for (Scope s = this; s != null; s = s.parent) {
            if (s == ancestor) {
                return true;
            }
        }
        return false;
    }

    // ---- cancellation, pulled

    /** The scope that makes this one effectively cancelled: itself or the nearest around it, up to the nearest shield. */
    final @Nullable Scope cancelledBy() {
        long epoch = Epoch.now();
        boolean calm = Epoch.isCalm(epoch);
        Scope last = null;
        for (Scope s = this; s != null; s = s.parent) {
            if (calm && s.wasNotCancelledIn(epoch)) {
                break;
            }
            if (s.cause != null) {
                return s;
            }
            last = s;
            if (s.shield) {
                break;
            }
        }
        if (calm && last != null) {
            for (Scope s = this; s != null; s = s.parent) {
                s.notCancelledIn(epoch);
                if (s == last) {
                    break;
                }
            }
        }
        return null;
    }

    /** Whether somebody has found this scope not to be effectively cancelled in that epoch. */
    boolean wasNotCancelledIn(long epoch) {
        return false;
    }

    /** Remembers that, where it is worth it: in groups, since there may be many tasks below them, and most tasks have nothing below. */
    void notCancelledIn(long epoch) {}

    /** Takes the shield down, so that a cancellation from around reaches what is below. */
    final void dropShield() {
        Epoch.beginChange();
        try {
            shield = false;
        } finally {
            Epoch.endChange();
        }
    }

    final boolean isEffectivelyCancelled() {
        return !isKnownCalm() && cancelledBy() != null;
    }

    /** Whether the walk up would end at the nearest group, with nothing found: so it is for nearly all who ask, and small enough to stand in their frames. */
    private boolean isKnownCalm() {
        long epoch = Epoch.now();
        return cause == null
                && (this instanceof Ledger group
                        ? group.wasNotCancelledIn(epoch)
                        : parent instanceof Ledger around && around.wasNotCancelledIn(epoch));
    }

    /** Whether a scope around this one reaches it with a cancellation. */
    final boolean isCancelledFromAround() {
        Scope p = parent;
        return !shield && p != null && p.isEffectivelyCancelled();
    }

    /** The thread that entered this scope, or opened this group. */
    @Nullable
    Strand home() {
        return strand();
    }

    /** The effective reason as code in this scope sees it. */
    final @Nullable CancelReason effectiveReason() {
        return Reasons.effective(this);
    }

    /** Why this scope itself was cancelled. */
    final @Nullable CancelReason ownReason() {
        return Reasons.own(this);
    }

    // ---- cancellation, pushed

    /** Cancels this scope, unless it is: marks it, tells observers, interrupts what is below. Never waits for user code. */
    final boolean cancelWith(Object newCause) {
        if (cause != null) {
            return false;
        }
        Stack.reserve(); // a delivery that stopped in the middle would keep its thread from leaving
        if (!mark(newCause)) {
            return false;
        }
        try {
            Observers.of(this).cancelled(this);
        } finally {
            Cascade.spread(this);
            Pursuit.begin(this);
        }
        return true;
    }

    /** Writes the cause; false if there is one. */
    final boolean mark(Object newCause) {
        Epoch.beginChange();
        try {
            return CAUSE.compareAndSet(this, null, newCause);
        } finally {
            Epoch.endChange();
        }
    }

    final CancelReason reasonOf(Kind kind, String message, @Nullable Throwable exception) {
        return new CancelReason(kind, message, this, this instanceof TaskNode<?> t ? t : null, exception, null);
    }

    @Override
    public void cancel() {
        cancel(describe() + " was cancelled");
    }

    @Override
    public void cancel(String reason) {
        Objects.requireNonNull(reason, "reason");
        if (cause == null && !isOver()) {
            cancelWith(reasonOf(Kind.ASKED, reason, null));
        }
    }

    @Override
    public final boolean cancelCalled() {
        return cause != null;
    }

    @Override
    public boolean cancelledCaught() {
        return false;
    }

    @Override
    public final Optional<CancelReason> reason() {
        return Optional.ofNullable(effectiveReason());
    }

    @Override
    public Registration onCancel(Consumer<CancelReason> callback) {
        return CancelCallback.register(this, callback);
    }

    // ---- time

    final Extras extras() {
        Extras e = extras;
        if (e != null) {
            return e;
        }
        var made = new Extras(this);
        if (!EXTRAS.compareAndSet(this, null, made)) {
            return Objects.requireNonNull(extras);
        }
        if (home() != null) {
            made.activate(); // who enters writes that, then reads extras: one of the two activates it
        }
        if (isOver()) {
            made.end(); // likewise
        }
        return made;
    }

    @Override
    public Deadline deadline() {
        Extras e = extras;
        return e == null ? Deadline.NONE : e.deadline();
    }

    @Override
    public void deadline(Deadline deadline) {
        Objects.requireNonNull(deadline, "deadline");
        extras().deadline(deadline, null);
    }

    // ---- shield

    @Override
    public final boolean isShielded() {
        return shield;
    }

    @Override
    public void shield(boolean shielded) {
        Strand strand = shieldOwner();
        if (strand != null && !Thread.currentThread().equals(strand.thread)) {
            throw new WrongThreadException("the shield of " + describe() + " belongs to " + strand.thread
                    + "; change it there, or before the scope is entered");
        }
        if (shielded == shield) {
            return;
        }
        if (strand == null) {
            shield = shielded;
        } else if (shielded) {
            strand.raiseShield(this);
        } else {
            strand.lowerShield(this);
        }
    }

    /** The thread that may move the shield; null if anyone may. */
    @Nullable
    Strand shieldOwner() {
        return strand();
    }

    // ---- entering: only scopes made by CancelScope's factories can be entered

    @Override
    public <T, X extends Exception> Optional<T> call(Body<T, X> body) throws X, InterruptedException {
        throw alreadyEntered();
    }

    @Override
    public <X extends Exception> boolean run(VoidBody<X> body) throws X, InterruptedException {
        throw alreadyEntered();
    }

    final IllegalStateException alreadyEntered() {
        return new IllegalStateException(
                describe() + " has been entered; a scope is entered once: make a new one with CancelScope.create()");
    }

    @Override
    public String toString() {
        CancelReason reason = effectiveReason();
        return describe() + (reason == null ? "" : " [cancelled: " + reason.message() + "]");
    }
}
