// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelPolicy;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.GroupAction;
import dev.espalier.GroupBody;
import dev.espalier.GroupStats;
import dev.espalier.Options;
import dev.espalier.ResourceBody;
import dev.espalier.Startable;
import dev.espalier.Started;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A task group: its own scope, its count, its tasks. */
public final class Group extends Scope implements TaskGroup {
    /*
     * States, in ctl
     *   TASKS    live tasks that are no daemons (low 32 bits)
     *   DAEMONS  live daemons (24 bits)
     *   ENDING   the body and all other tasks have ended: a fork is refused, and returns CANCELLED (L8)
     *   CLOSED   all have terminated: a fork throws (L2)
     *
     * Transitions
     *   fork, any thread:      not ENDING, not CLOSED -> count + 1        compare-and-set, so that a fork and the end are never both
     *   completion:            count - 1                                  one atomic step, and an unpark when the owner waits and it was the last
     *   the owner:             TASKS = 0 -> ENDING -> (DAEMONS = 0) -> CLOSED
     *
     * The owner's wait: waiter = thread, then reads ctl; a completion changes ctl, then reads waiter. One of them sees the other.
     *
     * Fork against cancel (C2, L4). A fork that has its place looks whether the group is effectively cancelled; if not, the task counts as forked: it is
     * linked, then started, and looks for itself when it begins. A canceller marks, then walks the list. So a task is either refused, or
     * found by the walk, or sees the mark.
     *
     * The two forms (C16). In run/call the group is the current scope of its owner while the body runs. In open() it is not, and its strand is null.
     *
     * Fields
     *   outer      the group opened before on the same thread, or null; written when it is pushed.
     *   cutShort   tasks, no daemons, that the cancellation of the group kept from ending or running; before the count goes down.
     *   cutSeen    how many of them an exit has reported; owner only.
     *   foreign    an interrupt from elsewhere has cancelled the group while the owner waited; owner only.
     *   foreignThrown  the exception by which join has said so; owner only.
     *
     * Lock order: none held here. See docs/design/synchronization.md.
     */
    private static final long TASKS = 0xFFFF_FFFFL;
    private static final long DAEMON = 1L << 32;
    private static final long DAEMONS = 0xFF_FFFFL << 32;
    private static final long ENDING = 1L << 61;
    private static final long CLOSED = 1L << 62;

    private static final AtomicLong IDS = new AtomicLong();
    private static final VarHandle CTL;
    private static final VarHandle CUT_SHORT;
    private static final VarHandle CANCELLED;
    private static final VarHandle FAILED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            CTL = lookup.findVarHandle(Group.class, "ctl", long.class);
            CUT_SHORT = lookup.findVarHandle(Group.class, "cutShort", long.class);
            CANCELLED = lookup.findVarHandle(Group.class, "cancelled", long.class);
            FAILED = lookup.findVarHandle(Group.class, "failed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Strand owner;
    final Options options;
    final Observers observers;
    final TaskList tasks;
    final Failures failures;
    private final boolean runForm;
    private final long id = IDS.incrementAndGet();
    private final Backend backend;
    private final CancelPolicy cancelPolicy;
    private final @Nullable Places places;

    @Nullable
    Group outer;

    long cutSeen;
    boolean foreign;

    @Nullable
    InterruptedException foreignThrown;

    private volatile long ctl;
    private volatile long cutShort;
    private volatile long cancelled;
    private volatile long failed;
    private volatile @Nullable Thread waiter;

    Group(Options options, Strand owner, boolean runForm) {
        super(owner.current);
        this.owner = owner;
        this.options = options;
        this.runForm = runForm;
        Scope around = owner.current;
        Group near = around.nearestGroup();
        this.backend = options.backend() != null ? options.backend() : around.backend();
        if (!options.inheritThreadLocals() && backend instanceof FactoryBackend) {
            Strands.detach(owner);
            throw new IllegalArgumentException(
                    "inheritThreadLocals(false) cannot be kept by a backend of a ThreadFactory: its threads are"
                            + " made by the factory; make a factory that does not inherit, or use a given backend");
        }
        CancelPolicy policy = options.cancelPolicy();
        this.cancelPolicy = policy != null ? policy : near != null ? near.cancelPolicy : CancelPolicy.DEFAULT;
        this.observers =
                options.observer() == null && near != null ? near.observers : Observers.of(options.observer(), around);
        this.tasks = new TaskList(options.history());
        this.failures = new Failures(options.failurePolicy(), options.history());
        this.places = options.limit() == Integer.MAX_VALUE ? null : new Places(this, options.limit());
    }

    // ---- opening

    /**
     * A group whose body is given.
     *
     * @param options its options
     * @param body its body
     * @param <R> the result
     * @param <X> what the body throws
     * @return the result
     * @throws X what the body throws
     * @throws InterruptedException if it is cancelled from around
     */
    public static <R extends @Nullable Object, X extends Exception> R call(Options options, GroupBody<R, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return new GroupRun(new Group(options, Strands.attach(), /* runForm= */ true), /* hasValue= */ true).run(body);
    }

    /**
     * A group whose body is given and has no result.
     *
     * @param options its options
     * @param body its body
     * @param <X> what the body throws
     * @throws X what the body throws
     * @throws InterruptedException if it is cancelled from around
     */
    public static <X extends Exception> void run(Options options, GroupAction<X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        var run = new GroupRun(new Group(options, Strands.attach(), /* runForm= */ true), /* hasValue= */ false);
        Object _ = run.<@Nullable Void, X>run(group -> {
            body.call(group);
            return null;
        });
    }

    /**
     * A group for a {@code try} statement.
     *
     * @param options its options
     * @return owned by the calling thread
     */
    public static Group open(Options options) {
        var group = new Group(options, Strands.attach(), /* runForm= */ false);
        group.begin();
        return group;
    }

    /** The group becomes its owner's innermost; its timeout starts. */
    void begin() {
        owner.push(this);
        if (runForm) {
            owner.enter(this);
        }
        observers.opened(this);
        if (options.timeout() != null) {
            extras().deadline(Deadline.after(options.timeout(), backend), options.timeout());
        }
    }

    // ---- the scope

    boolean isRunForm() {
        return runForm;
    }

    @Override
    @Nullable
    Strand strand() {
        return runForm ? owner : null;
    }

    @Override
    Strand home() {
        return owner;
    }

    @Override
    Strand shieldOwner() {
        return owner;
    }

    @Override
    public void shield(boolean shielded) {
        if (runForm) {
            super.shield(shielded);
        } else if (!Thread.currentThread().equals(owner.thread)) {
            throw new WrongThreadException("the shield of " + describe() + " belongs to its owner, " + owner.thread);
        } else if (shielded != shield) {
            shield = shielded;
            if (!shielded) {
                Cascade.spread(this);
            }
        }
    }

    @Override
    public Backend backend() {
        return backend;
    }

    CancelPolicy cancelPolicy() {
        return cancelPolicy;
    }

    @Override
    boolean isOver() {
        return isClosed();
    }

    @Override
    String describe() {
        return "group '" + name() + "'";
    }

    @Override
    public String name() {
        String name = options.name();
        return name == null ? "group-" + id : name;
    }

    @Override
    public CancelScope scope() {
        return this;
    }

    @Override
    public boolean isCancelled() {
        return isEffectivelyCancelled();
    }

    /** A cancellation has reached this group: what waits in it for other things than tasks looks again. */
    void onSpread() {
        if (!isEffectivelyCancelled()) {
            return;
        }
        CancelCallback.fire(this);
        if (places != null) {
            places.wakeAll();
        }
        Thread thread = owner.thread;
        if (thread != null && !runForm && owner.waitingFor instanceof TaskNode<?> awaited && awaited.parent == this) {
            backend.unpark(thread);
        }
    }

    // ---- forking

    @Override
    public <T extends @Nullable Object> Task<T> fork(Callable<? extends T> body) {
        return forked(null, body, 0);
    }

    @Override
    public <T extends @Nullable Object> Task<T> fork(String name, Callable<? extends T> body) {
        return forked(Objects.requireNonNull(name, "name"), body, 0);
    }

    @Override
    public Task<Void> fork(Action body) {
        return forked(null, body, TaskNode.ACTION);
    }

    @Override
    public Task<Void> fork(String name, Action body) {
        return forked(Objects.requireNonNull(name, "name"), body, TaskNode.ACTION);
    }

    @Override
    public Task<Void> forkDaemon(String name, Action body) {
        return forked(Objects.requireNonNull(name, "name"), body, TaskNode.ACTION | TaskNode.DAEMON);
    }

    @Override
    public <T extends @Nullable Object> Optional<Task<T>> tryFork(Callable<? extends T> body) {
        return Optional.ofNullable(fork(null, Objects.requireNonNull(body, "body"), 0, /* mayWait= */ false));
    }

    @Override
    public <R extends AutoCloseable, T extends @Nullable Object> Task<T> forkWith(R resource, ResourceBody<R, T> body) {
        Objects.requireNonNull(resource, "resource");
        return Forks.with(this, resource, body);
    }

    @Override
    public <V extends @Nullable Object> Started<V> start(Startable<V> body) throws InterruptedException {
        return Forks.start(this, null, body);
    }

    @Override
    public <V extends @Nullable Object> Started<V> start(String name, Startable<V> body) throws InterruptedException {
        return Forks.start(this, Objects.requireNonNull(name, "name"), body);
    }

    <T extends @Nullable Object> TaskNode<T> forked(@Nullable String name, Object body, int flags) {
        Objects.requireNonNull(body, "body");
        return Objects.requireNonNull(fork(name, body, flags, /* mayWait= */ true));
    }

    private <T extends @Nullable Object> @Nullable TaskNode<T> fork(
            @Nullable String name, Object body, int flags, boolean mayWait) {
        if ((ctl & CLOSED) != 0) {
            throw closed("fork");
        }
        boolean placed = false;
        if (places != null && !isEffectivelyCancelled()) {
            switch (places.acquire(mayWait)) {
                case GRANTED -> placed = true;
                case NONE -> {
                    return isEffectivelyCancelled() ? refuse(name, flags, null) : null;
                }
                case CANCELLED -> {
                    return refuse(
                            name,
                            flags,
                            isEffectivelyCancelled()
                                    ? null
                                    : Reasons.plain(
                                            this,
                                            "the forking thread was cancelled or interrupted while it waited for a"
                                                    + " place"));
                }
            }
        }
        boolean admitted = false;
        try {
            if (isEffectivelyCancelled()) {
                return refuse(name, flags, null);
            }
            admitted = admit((flags & TaskNode.DAEMON) != 0 ? DAEMON : 1);
            return admitted ? started(new TaskNode<T>(this, name, body, flags)) : refuse(name, flags, ending());
        } finally {
            if (placed && !admitted) {
                Objects.requireNonNull(places).release();
            }
        }
    }

    /** Counts a task that is to run; false if the group is ending. */
    private boolean admit(long one) {
        for (long c = ctl; ; c = ctl) {
            if ((c & CLOSED) != 0) {
                throw closed("fork");
            }
            if ((c & ENDING) != 0) {
                return false;
            }
            if (CTL.compareAndSet(this, c, c + one)) {
                return true;
            }
        }
    }

    private <T extends @Nullable Object> TaskNode<T> started(TaskNode<T> task) {
        boolean linked = false;
        boolean started = false;
        try {
            Object body = Objects.requireNonNull(task.work);
            if (body instanceof StartWork<?> work) {
                work.bind(task);
            }
            task.work = Carried.capture(options, body, task);
            Thread thread = Launch.thread(backend, task, task.givenName(), options.inheritThreadLocals());
            task.thread = thread;
            Strands.mark(thread, task);
            tasks.push(task);
            linked = true;
            observers.forked(task);
            try {
                thread.start();
            } catch (RuntimeException e) {
                throw new java.util.concurrent.RejectedExecutionException(
                        backend + " could not start a thread: " + e, e);
            }
            started = true;
            return task;
        } finally {
            if (!started) {
                abandon(task, linked);
            }
        }
    }

    private void abandon(TaskNode<?> task, boolean linked) {
        Thread thread = task.thread;
        if (thread != null) {
            Strands.unmark(thread, task);
        }
        task.abandon();
        if (linked) {
            tasks.uncount();
        }
        completed(task);
    }

    /** A task that never runs, because the group is cancelled or ending, or its forker is cancelled. */
    private <T extends @Nullable Object> TaskNode<T> refuse(
            @Nullable String name, int flags, @Nullable CancelReason reason) {
        TaskNode<T> task = TaskNode.neverRun(this, name, flags, reason);
        countCancelled(task);
        tasks.push(task);
        observers.forked(task);
        return task;
    }

    private CancelReason ending() {
        return new CancelReason(
                Kind.SHUTDOWN, describe() + " is ending: its body and its tasks have ended", this, null, null, null);
    }

    IllegalStateException closed(String what) {
        return new IllegalStateException(describe() + " is closed: its body and all its tasks have ended; " + what
                + " while it is open, or use a group that lives longer");
    }

    // ---- completion

    /** A failure of a task: recorded; the first one cancels the group (F1). */
    void taskFailed(TaskNode<?> task, Throwable failure) {
        if (!task.starting && failures.add(task)) {
            cancelWith(task);
        }
    }

    /** The last thing that a task's thread does. */
    void taskTerminated(TaskNode<?> task) {
        if (task.state == TaskNode.CANCELLED) {
            countCancelled(task);
        } else if (task.state == TaskNode.FAILED) {
            FAILED.getAndAdd(this, 1L);
        }
        completed(task);
    }

    private void countCancelled(TaskNode<?> task) {
        CANCELLED.getAndAdd(this, 1L);
        if (!task.isDaemon() && task.cause == null) {
            CUT_SHORT.getAndAdd(this, 1L);
        }
    }

    private void completed(TaskNode<?> task) {
        if (places != null) {
            places.release();
        }
        long one = task.isDaemon() ? DAEMON : 1;
        long mask = task.isDaemon() ? DAEMONS : TASKS;
        long before = (long) CTL.getAndAdd(this, -one);
        if ((before & mask) == one) {
            Thread thread = waiter;
            if (thread != null) {
                backend.unpark(thread);
            }
        }
    }

    // ---- waiting, on the owner's thread

    boolean isClosed() {
        return (ctl & CLOSED) != 0;
    }

    boolean hasTasks() {
        return (ctl & TASKS) != 0;
    }

    /** Tasks that were cut short and that no exit has reported yet; they count as reported now. */
    long takeCutShort() {
        long cut = cutShort - cutSeen;
        cutSeen += cut;
        return cut;
    }

    /**
     * Waits until all tasks that are no daemons have terminated.
     *
     * @param cancelOnInterrupt whether an interrupt or a cancellation of the owner cancels the group
     * @return whether the interrupt status was set, and is now set aside
     */
    boolean awaitTasks(boolean cancelOnInterrupt) {
        return awaitZero(TASKS, cancelOnInterrupt);
    }

    private boolean awaitZero(long mask, boolean cancelOnInterrupt) {
        if ((ctl & mask) == 0) {
            return false;
        }
        boolean aside = false;
        Object waitedFor = owner.waitingFor;
        owner.waitingFor = this;
        waiter = Thread.currentThread();
        try {
            while ((ctl & mask) != 0) {
                boolean interrupted = Thread.interrupted();
                aside |= interrupted;
                if (cancelOnInterrupt && !isEffectivelyCancelled()) {
                    if (owner.current.isEffectivelyCancelled()) {
                        cancelWith(reasonOf(
                                Kind.ASKED,
                                "the owner of " + describe() + " was cancelled while it waited for the tasks: "
                                        + Reasons.of(owner.current).message(),
                                null));
                    } else if (interrupted) {
                        foreign = true;
                        cancelWith(reasonOf(
                                Kind.ASKED,
                                "the owner of " + describe() + " was interrupted while it waited for the tasks",
                                null));
                    }
                }
                if ((ctl & mask) != 0) {
                    backend.park(this);
                }
            }
        } finally {
            waiter = null;
            owner.waitingFor = waitedFor;
        }
        return aside;
    }

    /**
     * Ends the group: waits for the tasks, cancels the daemons, waits for them, and closes.
     *
     * @return whether the interrupt status was set, and is now set aside
     */
    boolean finish(boolean cancelOnInterrupt) {
        boolean aside = false;
        while (true) {
            aside |= awaitTasks(cancelOnInterrupt);
            long c = ctl;
            if ((c & TASKS) == 0 && CTL.compareAndSet(this, c, c | ENDING)) {
                break;
            }
        }
        if ((ctl & DAEMONS) != 0) {
            for (Task<?> daemon : tasks.list(task -> task.isDaemon() && !task.isTerminated())) {
                ((TaskNode<?>) daemon).cancelWith(ending());
            }
            aside |= awaitZero(DAEMONS, /* cancelOnInterrupt= */ false);
        }
        CTL.getAndBitwiseOr(this, CLOSED);
        tasks.trim();
        failures.close();
        return aside;
    }

    // ---- what the owner calls

    @Override
    public void join() throws InterruptedException {
        GroupExit.join(this);
    }

    @Override
    public void close() {
        GroupExit.close(this);
    }

    /** Closes the groups that were left open inside a scope or task that has ended (L5). */
    static @Nullable Throwable closeLeaked(
            Strand strand, @Nullable Group open, Scope scope, @Nullable Throwable thrown) {
        return strand.groups == open ? thrown : GroupExit.closeLeaked(strand, scope, thrown);
    }

    // ---- looking

    @Override
    public List<Task<?>> activeTasks() {
        return tasks.list(task -> !task.isTerminated());
    }

    @Override
    public List<Task<?>> completedTasks() {
        return tasks.list(task -> task.isTerminated() && task.state != TaskNode.CANCELLED);
    }

    @Override
    public List<Task<?>> cancelledTasks() {
        return tasks.list(task -> task.isTerminated() && task.state == TaskNode.CANCELLED);
    }

    @Override
    public List<Task<?>> failedTasks() {
        return tasks.list(task -> task.isTerminated() && task.state == TaskNode.FAILED);
    }

    @Override
    public List<Throwable> failures() {
        var list = new ArrayList<Throwable>();
        failures.kept().forEach(task -> list.add(task.failure()));
        return List.copyOf(list);
    }

    @Override
    public GroupStats stats() {
        return GroupExit.stats(
                this, ctl & TASKS, (ctl & DAEMONS) >>> 32, cancelled, failed, places == null ? 0 : places.waiting());
    }

    @Override
    public String toString() {
        return "TaskGroup[" + name() + (isClosed() ? ", closed" : "")
                + (cause == null
                        ? ""
                        : ", cancelled: " + Objects.requireNonNull(ownReason()).message()) + "]";
    }
}
