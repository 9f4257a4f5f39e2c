// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.Cancellation;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskStatus;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task: the handle, the thread's code, the thread's strand and the task's own scope in one object, since a million of them may be parked.
 *
 * @param <T> what it returns
 */
public final class TaskNode<T extends @Nullable Object> extends TaskState<T>
        implements Task<T>, Runnable, Thread.UncaughtExceptionHandler {
    /** Flags, fixed when it is forked, all but the last. */
    static final int DAEMON = 1;
    /** Its work is an Action and not a Callable. */
    static final int ACTION = 2;
    /** Whoever forks it looks at its failure, so that a supervisor has not to (F6). */
    static final int OBSERVED = 4;
    /** It never runs, because the group was cancelled or its forker left. */
    private static final int REFUSED = 8;

    /** Given when it is pushed to the list of its group. */
    long id;

    private final @Nullable String name;
    private byte flags;
    /** When it was forked, as {@link Ages} has it. */
    final int forked;

    @Nullable
    Object work;

    /** The task forked before this one, or itself once it is out of the group's list; see TaskList. */
    volatile @Nullable TaskNode<?> next;

    TaskNode(Group group, @Nullable String name, Object work, int flags) {
        super(group);
        this.name = name;
        this.work = work;
        this.flags = (byte) flags;
        this.forked = Ages.stamp(group.backend());
        if ((flags & OBSERVED) != 0) {
            observe();
        }
    }

    Group group() {
        return (Group) Objects.requireNonNull(parent);
    }

    boolean isDaemon() {
        return (flags & DAEMON) != 0;
    }

    boolean isRefused() {
        return (flags & REFUSED) != 0;
    }

    /** It never runs; nobody has the handle yet. */
    void refuse() {
        work = null;
        flags |= REFUSED;
        terminateAs(CANCELLED);
    }

    @Nullable
    String givenName() {
        return name;
    }

    @Override
    String describe() {
        return "task '" + name() + "'";
    }

    // ---- on the task's thread

    /** The thread's code. */
    @Override
    public void run() {
        Object value = null;
        Throwable thrown = null;
        try { // here, and not in a method: a parked task keeps every frame, and as much of each as any part of it needs
            state = RUNNING;
            if (isEffectivelyCancelled()) {
                deliver(/* again= */ false);
            }
            group().observers.started(this);
            Object body = Objects.requireNonNull(work);
            work = null;
            if (body instanceof Carried carried) {
                carried.run(this);
            } else if ((flags & ACTION) != 0) {
                ((Action) body).run();
            } else {
                value = ((Callable<?>) body).call();
            }
        } catch (Throwable t) { // the task's outcome
            thrown = t;
        }
        leave(value, thrown);
    }

    /** What comes after the code, out of the frame that a parked task keeps. */
    private void leave(@Nullable Object value, @Nullable Throwable thrown) {
        try {
            if (state == RUNNING) {
                ended(value, thrown);
            }
        } finally {
            terminate();
        }
    }

    /** Runs the body where something is carried around it. */
    void runCarried(Object body) {
        Object value = null;
        Throwable thrown = null;
        try {
            if ((flags & ACTION) != 0) {
                ((Action) body).run();
            } else {
                value = ((Callable<?>) body).call();
            }
        } catch (Throwable t) { // the task's outcome
            thrown = t;
        }
        ended(value, thrown);
    }

    /** The code has ended: decides the outcome, tells the group and the callbacks. */
    void ended(@Nullable Object value, @Nullable Throwable fromBody) {
        Throwable thrown = fromBody;
        if (current != this) { // a volatile write costs more than to look
            current = this;
        }
        if (groups != null || extras != null) {
            thrown = GroupExit.closeLeaked(this, null, this, thrown);
        }
        try {
            if (thrown == null) {
                succeed(value);
            } else if (isEffectivelyCancelled() && Cancellation.isCancellation(thrown)) {
                state = CANCELLED;
            } else {
                fail(thrown);
                group().taskFailed(this, thrown);
            }
        } finally {
            group().observers.ended(this);
            runCallbacks();
        }
    }

    private void terminate() {
        Group group = group();
        Waiter seen = closeWaiters();
        try {
            group.releasePlace();
            Extras e = extras;
            if (e != null) {
                e.end();
            }
            for (Waiter waiter = seen; waiter != null; waiter = waiter.next) {
                waiter.terminated(this);
            }
        } finally {
            Strands.unmark(Thread.currentThread(), this);
            thread = null;
            group.taskTerminated(this);
        }
    }

    /**
     * Where it is in the tree.
     *
     * @return the groups and tasks from the outermost to this one
     */
    public String path() {
        return Pursuit.path(this);
    }

    /** The thread could not be started: nobody gets this task. Whether this call is the one that takes it back. */
    boolean abandon() {
        state = ABANDONED;
        thread = null;
        return claimTermination();
    }

    /** For what leaves run, which is only an Error of the JVM on its last lines, and for threads that copied this handler. */
    @Override
    public void uncaughtException(Thread t, Throwable e) {
        ThreadGroup group = t.getThreadGroup();
        if (group != null) {
            group.uncaughtException(t, e);
        }
    }

    // ---- what it is

    @Override
    public String name() {
        return name == null ? "task-" + id : name;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public TaskStatus status() {
        return switch (seen()) {
            case NEW -> TaskStatus.NOT_STARTED;
            case RUNNING -> TaskStatus.RUNNING;
            case SUCCEEDED -> TaskStatus.SUCCEEDED;
            case FAILED -> TaskStatus.FAILED;
            default -> TaskStatus.CANCELLED;
        };
    }

    @Override
    public Optional<Outcome<T>> outcome() {
        return switch (seen()) {
            case NEW, RUNNING -> Optional.empty();
            case SUCCEEDED -> Optional.of(new Outcome.Success<>(value()));
            case FAILED -> {
                observe();
                yield Optional.of(new Outcome.Failure<>(failure()));
            }
            default -> Optional.of(new Outcome.Cancelled<>(Reasons.of(this)));
        };
    }

    // ---- cancelling

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isTerminated()) {
            return false;
        }
        cancel();
        return true;
    }

    // ---- awaiting

    @Override
    public T await() throws InterruptedException {
        boolean _ = Awaiting.await(this, Long.MAX_VALUE);
        return switch (state) {
            case SUCCEEDED -> value();
            case FAILED -> {
                observe();
                throw new TaskFailedException(this, failure());
            }
            default -> throw new TaskCancelledException(this, Reasons.of(this));
        };
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        boolean _ = Awaiting.await(this, Long.MAX_VALUE);
        return got();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (!Awaiting.await(this, Math.max(0, unit.toNanos(timeout)))) {
            throw new TimeoutException(describe() + " has not terminated within " + timeout + " " + unit);
        }
        return got();
    }

    private T got() throws ExecutionException {
        return switch (state) {
            case SUCCEEDED -> value();
            case FAILED -> {
                observe();
                throw new ExecutionException(failure());
            }
            default -> throw Waiter.View.cancelled(this);
        };
    }

    // ---- Future

    @Override
    public boolean isDone() {
        return isTerminated();
    }

    @Override
    public boolean isCancelled() {
        return isTerminated() && state == CANCELLED;
    }

    @Override
    public T resultNow() {
        return switch (seen()) {
            case NEW, RUNNING -> throw new IllegalStateException(describe() + " has not terminated; await it");
            case SUCCEEDED -> value();
            case FAILED -> throw new IllegalStateException(describe() + " failed: it has no result", failure());
            default -> throw new IllegalStateException(describe() + " was cancelled: it has no result");
        };
    }

    @Override
    public Throwable exceptionNow() {
        return switch (seen()) {
            case NEW, RUNNING -> throw new IllegalStateException(describe() + " has not terminated; await it");
            case SUCCEEDED -> throw new IllegalStateException(describe() + " succeeded: it has no exception");
            case FAILED -> {
                observe();
                yield failure();
            }
            default -> throw new IllegalStateException(describe() + " was cancelled: it has no exception");
        };
    }

    @Override
    public State state() {
        return switch (seen()) {
            case NEW, RUNNING -> State.RUNNING;
            case SUCCEEDED -> State.SUCCESS;
            case FAILED -> State.FAILED;
            default -> State.CANCELLED;
        };
    }

    // ---- callbacks

    @Override
    public Task<T> onDone(Consumer<? super Task<T>> callback) {
        whenDone(Objects.requireNonNull(callback, "callback"), /* observes= */ true);
        return this;
    }

    void whenDone(Consumer<? super Task<T>> callback, boolean observes) {
        var waiter = new Waiter.Callback<>(this, callback, observes);
        if (!push(waiter)) {
            waiter.run();
        }
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        var view = new Waiter.View<>(this);
        if (!push(view)) {
            view.terminated(this);
        }
        return view.future;
    }

    @Override
    public String toString() {
        return "Task[" + name() + ", " + status() + "]";
    }
}
