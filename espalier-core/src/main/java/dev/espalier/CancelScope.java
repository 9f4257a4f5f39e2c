// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.Deadlines;
import dev.espalier.internal.PlainScope;
import dev.espalier.internal.Scope;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A piece of code that can be asked to end: by hand, by a deadline, or because something around it was.
 *
 * {@snippet class="dev.espalier.GuideExamples" region="timeouts"}
 *
 * <p>A cancelled scope interrupts the thread that is in it, and everything below it: the tasks of groups that were opened in it, however deep.
 * The code gets {@link CancelledException} from Espalier's blocking calls and {@link InterruptedException} from the JDK's; when it has
 * cleaned up and that exception arrives at the scope, the scope absorbs it. An interrupt of Espalier never leaves its scope; one from
 * elsewhere is not swallowed, unless it coincides with a cancellation: the interrupt status is one bit.
 *
 * <p>It does not stop code that ignores interrupts: such code is interrupted again at growing intervals, and reported; see
 * {@link CancelPolicy}. For work that an interrupt would damage, or that it does not reach, see {@link #cancelling}.
 *
 * <p><b>Threads.</b> A scope is entered once, by one thread. {@code cancel}, {@code deadline} and {@code onCancel} may be used from any.
 *
 * <p>Pitfall: {@code catch (Exception e)} around cancelled code swallows the cancellation. It comes back at the next blocking call of Espalier, and by
 * another interrupt after {@link CancelPolicy#redeliverAfter}.
 *
 * <p>Pitfall: a method reference such as {@code exchange::get} fits the forms with and without a result, and does not compile; write
 * {@code () -> exchange.get()}.
 *
 * <p>From: cancel scopes (Trio, AnyIO).
 *
 * @since 0.1
 */
public sealed interface CancelScope permits Scope {
    /**
     * A scope that is cancelled by hand.
     *
     * @return to be entered once
     */
    static CancelScope create() {
        return PlainScope.create(null, null);
    }

    /**
     * A scope with a timeout that starts when it is entered.
     *
     * @param timeout zero and negative cancel it at once
     * @return to be entered once
     */
    static CancelScope withTimeout(Duration timeout) {
        return PlainScope.create(timeout, null);
    }

    /**
     * A scope with a deadline.
     *
     * @param deadline one that has passed cancels it at once when it is entered
     * @return to be entered once
     */
    static CancelScope withDeadline(Deadline deadline) {
        return PlainScope.create(null, deadline);
    }

    /**
     * Enters the scope and runs a body in it.
     *
     * @param body what can be cancelled
     * @param <T> its result; not null
     * @param <X> the checked exception that it throws
     * @return the result, or empty if the body was cancelled through this scope
     * @throws X what the body throws
     * @throws InterruptedException if a scope around this one is cancelled, or the thread was interrupted by somebody else
     * @throws IllegalStateException if the scope was entered before
     * @throws NullPointerException if the body returns null
     */
    <T, X extends Exception> Optional<T> call(Body<T, X> body) throws X, InterruptedException;

    /**
     * Enters the scope and runs a body without a result in it.
     *
     * @param body what can be cancelled
     * @param <X> the checked exception that it throws
     * @return true if the body ended by itself, false if it was cancelled through this scope
     * @throws X what the body throws
     * @throws InterruptedException if a scope around this one is cancelled, or the thread was interrupted by somebody else
     * @throws IllegalStateException if the scope was entered before
     */
    <X extends Exception> boolean run(VoidBody<X> body) throws X, InterruptedException;

    /** Cancels what is in the scope. Returns at once; never waits for user code. Idempotent. */
    void cancel();

    /**
     * As {@link #cancel()}, with a reason. The first reason stays.
     *
     * @param reason one line that says why
     */
    void cancel(String reason);

    /**
     * Whether this scope itself was cancelled, by {@code cancel} or its deadline.
     *
     * @return never false again once it is true
     */
    boolean cancelCalled();

    /**
     * Whether the scope has ended by absorbing its cancellation.
     *
     * @return false while it is running, and if its body ended normally or by something else
     */
    boolean cancelledCaught();

    /**
     * Why the code in this scope is cancelled: by the scope itself, or by one around it up to the nearest shield.
     *
     * @return empty if it is not cancelled
     */
    Optional<CancelReason> reason();

    /**
     * This scope's own deadline.
     *
     * @return {@link Deadline#NONE} if it has none, and before a scope with a timeout is entered
     */
    Deadline deadline();

    /**
     * Moves this scope's deadline, earlier or later. Has no effect once the scope is cancelled or has ended.
     *
     * @param deadline {@link Deadline#NONE} for none
     */
    void deadline(Deadline deadline);

    /**
     * Whether the scope protects its code from the cancellation of scopes around it.
     *
     * @return whether the shield is up
     */
    boolean isShielded();

    /**
     * Puts the shield up or takes it down.
     *
     * @param shielded whether to protect
     * @throws WrongThreadException if the scope was entered by another thread
     */
    void shield(boolean shielded);

    /**
     * Registers a callback for the moment in which the code in this scope becomes cancelled, by the scope itself or one around it. It only notifies:
     * no interrupt waits for it. It runs on a thread of the backend, or at once on the caller's if the scope is cancelled already.
     *
     * @param callback gets the reason; what it throws is logged
     * @return closing it waits for the callback if that is running, except when closed from inside it
     */
    Registration onCancel(Consumer<CancelReason> callback);

    /**
     * Gives up on a body after a timeout.
     *
     * @param timeout counted from entry
     * @param body what can be given up
     * @param <T> its result; not null
     * @param <X> the checked exception that it throws
     * @return the result, or empty if the timeout ended the body
     * @throws X what the body throws
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     * @throws NullPointerException if the body returns null
     */
    static <T, X extends Exception> Optional<T> moveOnAfter(Duration timeout, Body<T, X> body)
            throws X, InterruptedException {
        return withTimeout(timeout).call(body);
    }

    /**
     * Gives up on a body without a result after a timeout.
     *
     * @param timeout counted from entry
     * @param body what can be given up
     * @param <X> the checked exception that it throws
     * @return false if the timeout ended the body
     * @throws X what the body throws
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <X extends Exception> boolean runOrMoveOnAfter(Duration timeout, VoidBody<X> body)
            throws X, InterruptedException {
        return withTimeout(timeout).run(body);
    }

    /**
     * Gives up on a body at a deadline.
     *
     * @param deadline when
     * @param body what can be given up
     * @param <T> its result; not null
     * @param <X> the checked exception that it throws
     * @return the result, or empty if the deadline ended the body
     * @throws X what the body throws
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     * @throws NullPointerException if the body returns null
     */
    static <T, X extends Exception> Optional<T> moveOnAt(Deadline deadline, Body<T, X> body)
            throws X, InterruptedException {
        return withDeadline(deadline).call(body);
    }

    /**
     * Gives up on a body without a result at a deadline.
     *
     * @param deadline when
     * @param body what can be given up
     * @param <X> the checked exception that it throws
     * @return false if the deadline ended the body
     * @throws X what the body throws
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <X extends Exception> boolean runOrMoveOnAt(Deadline deadline, VoidBody<X> body)
            throws X, InterruptedException {
        return withDeadline(deadline).run(body);
    }

    /**
     * Fails if a body does not end in time. The failure is an ordinary one for everything outside.
     *
     * @param timeout counted from entry
     * @param body what must end in time
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result
     * @throws X what the body throws
     * @throws DeadlineExceededException if the timeout ended the body
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <T extends @Nullable Object, X extends Exception> T failAfter(Duration timeout, Body<T, X> body)
            throws X, InterruptedException {
        return PlainScope.create(timeout, null).callOrFail(body);
    }

    /**
     * Fails if a body without a result does not end in time.
     *
     * @param timeout counted from entry
     * @param body what must end in time
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws DeadlineExceededException if the timeout ended the body
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <X extends Exception> void failAfter(Duration timeout, VoidBody<X> body) throws X, InterruptedException {
        PlainScope.create(timeout, null).runOrFail(body);
    }

    /**
     * Fails if a body does not end before a deadline.
     *
     * @param deadline when
     * @param body what must end in time
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result
     * @throws X what the body throws
     * @throws DeadlineExceededException if the deadline ended the body
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <T extends @Nullable Object, X extends Exception> T failAt(Deadline deadline, Body<T, X> body)
            throws X, InterruptedException {
        return PlainScope.create(null, deadline).callOrFail(body);
    }

    /**
     * Fails if a body without a result does not end before a deadline.
     *
     * @param deadline when
     * @param body what must end in time
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws DeadlineExceededException if the deadline ended the body
     * @throws InterruptedException if a scope around is cancelled, or the thread was interrupted by somebody else
     */
    static <X extends Exception> void failAt(Deadline deadline, VoidBody<X> body) throws X, InterruptedException {
        PlainScope.create(null, deadline).runOrFail(body);
    }

    /**
     * Protects a body from the cancellation of the scopes around it, for at most a time: for cleanup that blocks. A cancellation that came
     * meanwhile is delivered afterwards.
     *
     * {@snippet class="dev.espalier.GuideExamples" region="shielded"}
     *
     * @param limit counted from entry; after it the cancellation reaches the body
     * @param body what must not be disturbed
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result
     * @throws X what the body throws
     * @throws InterruptedException if the limit passed, or the thread was interrupted by somebody else
     * @throws ScopeCancelledException if the body cancelled its own scope
     */
    static <T extends @Nullable Object, X extends Exception> T shielded(Duration limit, Body<T, X> body)
            throws X, InterruptedException {
        return PlainScope.shield(limit).callOrFail(body);
    }

    /**
     * As {@link #shielded(Duration, Body)}, for a body without a result.
     *
     * @param limit counted from entry; after it the cancellation reaches the body
     * @param body what must not be disturbed
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws InterruptedException if the limit passed, or the thread was interrupted by somebody else
     */
    static <X extends Exception> void shielded(Duration limit, VoidBody<X> body) throws X, InterruptedException {
        PlainScope.shield(limit).runOrFail(body);
    }

    /**
     * As {@link #shielded(Duration, Body)}, without a limit. One that holds a cancellation back for long is reported as stuck.
     *
     * @param body what must not be disturbed
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result
     * @throws X what the body throws
     * @throws InterruptedException if the thread was interrupted by somebody else
     */
    static <T extends @Nullable Object, X extends Exception> T shielded(Body<T, X> body)
            throws X, InterruptedException {
        return PlainScope.shield(null).callOrFail(body);
    }

    /**
     * As {@link #shielded(Body)}, for a body without a result.
     *
     * @param body what must not be disturbed
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws InterruptedException if the thread was interrupted by somebody else
     */
    static <X extends Exception> void shielded(VoidBody<X> body) throws X, InterruptedException {
        PlainScope.shield(null).runOrFail(body);
    }

    /**
     * Runs work that has a way of its own to be stopped: when the calling thread becomes cancelled from around this call, a hook runs on another
     * thread, and the interrupt follows only after {@link CancelPolicy#hookGrace}.
     *
     * {@snippet class="dev.espalier.GuideExamples" region="cancelling"}
     *
     * <p>When this method returns or throws, the hook is not running and never will. A deadline for the work belongs around this call: a scope inside the
     * body interrupts as usual and does not run the hook.
     *
     * <p>Pitfall: work that was begun before this call, such as a request already sent, goes on if the caller is cancelled already, since then neither hook
     * nor body runs; begin it in the body, or stop it in a {@code finally} around the call.
     *
     * @param hook stops the work: {@code statement::cancel}, {@code socket::close}
     * @param body the work
     * @param <T> its result
     * @param <X> the checked exception that it throws
     * @return the result
     * @throws X what the body throws before the hook began
     * @throws CancelledException if the hook began and the body threw, which is the cause; or if the caller is cancelled already, in which
     *     case neither runs
     * @throws InterruptedException if the body throws it
     */
    static <T extends @Nullable Object, X extends Exception> T cancelling(Action hook, Body<T, X> body)
            throws X, InterruptedException {
        return dev.espalier.internal.HookScope.call(hook, body);
    }

    /**
     * As {@link #cancelling(Action, Body)}, for work without a result.
     *
     * @param hook stops the work
     * @param body the work
     * @param <X> the checked exception that it throws
     * @throws X what the body throws before the hook began
     * @throws InterruptedException as {@link #cancelling(Action, Body)}
     */
    static <X extends Exception> void cancelling(Action hook, VoidBody<X> body) throws X, InterruptedException {
        dev.espalier.internal.HookScope.<@Nullable Void, X>call(hook, () -> {
            body.call();
            return null;
        });
    }

    /**
     * The innermost scope that the calling thread is in: one that it entered, its group's in a body, or its task's.
     *
     * @return outside of all, a scope that is never cancelled
     */
    static CancelScope current() {
        return Scope.visible(Scope.current());
    }

    /**
     * The earliest deadline of the scopes that the calling thread is in, up to the nearest shield. In a shield with a limit whose outside is
     * cancelled, the end of the limit.
     *
     * @return {@link Deadline#NONE} if there is none
     */
    static Deadline currentDeadline() {
        return Deadlines.effective(Scope.current());
    }

    /**
     * A cancellation point for code that computes: throws if the caller is cancelled, and costs next to nothing if not. An interrupt from elsewhere stays
     * pending and is not thrown.
     *
     * @throws CancelledException if the calling code is cancelled
     */
    static void checkpoint() throws CancelledException {
        Scope.checkpoint();
    }
}
