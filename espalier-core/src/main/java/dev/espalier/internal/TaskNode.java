// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.Cancellation;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskStatus;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task: the handle, the thread's code, the thread's strand and the task's own scope in one object, since a million of them may be parked.
 *
 * @param <T> what it returns
 */
public final class TaskNode<T extends @Nullable Object> extends Strand
        implements Task<T>, Runnable, Thread.UncaughtExceptionHandler {
    /*
     * States, in state
     *   NEW -> RUNNING -> SUCCEEDED | FAILED | CANCELLED      its thread alone writes these; the outcome is decided once, when the code has ended
     *   CANCELLED from the beginning                          it never ran (L4)
     *   NEW -> ABANDONED                                      its thread could not be started (L11); nobody has the handle
     * and in waiters
     *   null or a stack of Waiters -> TERMINATED              (compare-and-set) callbacks are done; from now on others see the outcome
     *
     * The order of an end: the code ends; groups it left open are closed; the outcome is decided and, if it is a failure, recorded, which may
     * cancel the group; observers; callbacks; carried context is cleared; TERMINATED; awaiters and futures; the place is given back; the
     * group's count goes down, the last thing the thread does.
     *
     * Memory ordering
     *   result is written before state and before waiters = TERMINATED, and read after one of these (M1).
     *   Start:  state = RUNNING, then looks whether it is cancelled. Canceller: cause, then reads state. One of them interrupts (C2).
     *   Await:  pushes its node on waiters, then parks; the end swaps the whole stack for TERMINATED, then unparks what was on it.
     *
     * work is the body until the code begins; then, if the task failed, the task that failed after it in its group (guarded by Failures).
     *
     * Removing a node that gave up waiting happens under the node's task's monitor, so that removals do not undo each other; pushing is a
     * compare-and-set of the head, which removal respects.
     */
    static final int NEW = 0;
    static final int RUNNING = 1;
    static final int SUCCEEDED = 2;
    static final int FAILED = 3;
    static final int CANCELLED = 4;
    static final int ABANDONED = 5;

    /** Flags, fixed when it is forked. */
    static final int DAEMON = 1;
    /** Its work is an Action and not a Callable. */
    static final int ACTION = 2;
    /** It was refused, and never runs. */
    private static final int REFUSED = 4;

    private static final AtomicLong IDS = new AtomicLong();
    private static final VarHandle WAITERS;

    static {
        try {
            WAITERS = MethodHandles.lookup().findVarHandle(TaskNode.class, "waiters", Waiter.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long id;
    private final @Nullable String name;
    private final byte flags;
    /** While true, a failure is the starter's and not the group's (L10). Written by the starter before the fork, then by StartWork. */
    volatile boolean starting;

    private volatile boolean observed;
    volatile int state;
    private volatile @Nullable Waiter waiters;

    @Nullable
    Object work;

    private @Nullable Object result;
    /** The task forked before this one, or itself once it is out of the group's list; see TaskList. */
    volatile @Nullable TaskNode<?> next;

    TaskNode(Group group, @Nullable String name, Object work, int flags) {
        super(group);
        this.id = IDS.incrementAndGet();
        this.name = name;
        this.work = work;
        this.flags = (byte) flags;
    }

    /** A task that never runs. */
    static <T extends @Nullable Object> TaskNode<T> neverRun(
            Group group, @Nullable String name, int flags, @Nullable CancelReason reason) {
        var task = new TaskNode<T>(group, name, Waiter.TERMINATED, flags | REFUSED);
        task.work = null;
        task.cause = reason;
        task.state = CANCELLED;
        task.waiters = Waiter.TERMINATED;
        return task;
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

    @Nullable
    String givenName() {
        return name;
    }

    @Override
    boolean isRunning() {
        return state != NEW && waiters != Waiter.TERMINATED;
    }

    @Override
    boolean isOver() {
        return isTerminated();
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
        try { // here, and not in a method: a parked task keeps every frame
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
        current = this;
        if (groups != null) {
            thrown = Group.closeLeaked(this, null, this, thrown);
        }
        try {
            if (thrown == null) {
                result = value;
                state = SUCCEEDED;
            } else if (isEffectivelyCancelled() && Cancellation.isCancellation(thrown)) {
                state = CANCELLED;
            } else {
                result = thrown;
                state = FAILED;
                group().taskFailed(this, thrown);
            }
        } finally {
            group().observers.ended(this);
            runCallbacks();
        }
    }

    private void terminate() {
        Group group = group();
        Waiter seen;
        do {
            seen = waiters;
            runCallbacks();
        } while (!WAITERS.compareAndSet(this, seen, Waiter.TERMINATED));
        try {
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

    /** Runs the callbacks that have not run, in the order of registration. */
    private void runCallbacks() {
        for (Waiter.Callback<?> c = Waiter.firstCallback(waiters); c != null; c = Waiter.firstCallback(waiters)) {
            c.run();
        }
    }

    /** The thread could not be started: nobody gets this task. */
    void abandon() {
        state = ABANDONED;
        waiters = Waiter.TERMINATED;
        thread = null;
    }

    /** Not used: nothing leaves run. If this handler was copied to another thread, that thread's group decides. */
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

    boolean isTerminated() {
        return waiters == Waiter.TERMINATED;
    }

    /** The state that the caller may see: others see no outcome before the task has terminated. */
    private int seen() {
        int s = state;
        return s > RUNNING && !isTerminated() && !Thread.currentThread().equals(thread) ? RUNNING : s;
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

    private T value() {
        return Sneaky.cast(result);
    }

    /** What it threw; only for a task that failed. */
    Throwable failure() {
        return (Throwable) Objects.requireNonNull(result);
    }

    void observe() {
        observed = true;
    }

    boolean isObserved() {
        return observed;
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
        try {
            boolean _ = Awaiting.await(this, Long.MAX_VALUE);
        } finally {
            if (state == FAILED && isTerminated()) {
                observe();
            }
        }
        return switch (state) {
            case SUCCEEDED -> value();
            case FAILED -> throw new TaskFailedException(this, failure());
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

    /** Pushes a waiter; false if the task has terminated. */
    boolean push(Waiter waiter) {
        while (true) {
            Waiter head = waiters;
            if (head == Waiter.TERMINATED) {
                return false;
            }
            waiter.next = head;
            if (WAITERS.compareAndSet(this, head, waiter)) {
                return true;
            }
        }
    }

    /** Takes out a waiter that gave up, so that it leaves no trace. */
    synchronized void remove(Waiter waiter) {
        while (true) {
            Waiter head = waiters;
            if (head == waiter) {
                if (WAITERS.compareAndSet(this, head, head.next)) {
                    return;
                }
                continue; // something was pushed before it, or the task terminated
            }
            for (Waiter w = head; w != null; w = w.next) {
                if (w.next == waiter) {
                    w.next = waiter.next;
                    return;
                }
            }
            return;
        }
    }

    @Nullable
    Waiter waiters() {
        return waiters;
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
        Objects.requireNonNull(callback, "callback");
        var waiter = new Waiter.Callback<>(this, callback);
        if (!push(waiter)) {
            waiter.run();
        }
        return this;
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
