// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelPolicy;
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
public final class Group extends Ledger implements TaskGroup {
    /*
     * Counting, and the states open, ending and closed, are the Ledger's; the tasks are the TaskList's; forking is in Forks, and what leaves a
     * group in GroupRun and GroupExit. Here is what is common: the options, the scope, the owner.
     *
     * The two forms (C16). In run/call the group is the current scope of its owner while the body runs. In open() it is not, and its strand is null.
     *
     * Fields
     *   outer          the group opened before on the same thread, or null; written when it is pushed.
     *   abandoned      a fork failed, and may not have taken its task back; written by forks, read by the waiting owner.
     *   foreign        an interrupt from elsewhere has cancelled the group while the owner waited; owner only.
     *   foreignThrown  the exception by which join has said so; owner only.
     *   atEnd          what a group made by open() does when it has ended, a few instructions of ours; written by who opens it, owner only.
     *
     * Lock order: none held here. See docs/design/synchronization.md.
     */
    private static final AtomicLong IDS = new AtomicLong();
    private static final VarHandle ID;

    static {
        try {
            ID = MethodHandles.lookup().findVarHandle(Group.class, "id", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Strand owner;
    final Options options;
    final Observers observers;
    private final boolean runForm;
    /** Given when somebody asks for the name; 0 before. */
    private volatile long id;

    private final Backend backend;
    /** On the backend's clock. */
    final long opened;

    private final CancelPolicy cancelPolicy;
    final @Nullable Places places;

    @Nullable
    Group outer;

    boolean foreign;
    volatile boolean abandoned;

    @Nullable
    InterruptedException foreignThrown;

    @Nullable
    Runnable atEnd;

    Group(Options options, Strand owner, boolean runForm) {
        super(owner.current, new Failures(options.failurePolicy(), options.history()), options.history());
        this.owner = owner;
        this.options = options;
        this.runForm = runForm;
        Scope around = owner.current;
        Group near = around.nearestGroup();
        this.backend = options.backend() != null ? options.backend() : around.backend();
        this.opened = backend.nanoTime();
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
        Objects.requireNonNull(options, "what the operator of the options returned");
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
        Objects.requireNonNull(options, "what the operator of the options returned");
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
        Objects.requireNonNull(options, "what the operator of the options returned");
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
            if (shielded) {
                shield = true;
            } else {
                dropShield();
                Cascade.unshield(this, null);
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
        return name == null ? "group-" + id() : name;
    }

    long id() {
        if (id == 0) {
            ID.compareAndSet(this, 0L, IDS.incrementAndGet());
        }
        return id;
    }

    @Override
    public CancelScope scope() {
        return this;
    }

    @Override
    public boolean isCancelled() {
        return isEffectivelyCancelled();
    }

    /** C16: whether its owner, which is not in its scope, is to leave a wait for one of its tasks. */
    boolean isCancelledFor(Strand waiting) {
        return owner == waiting && !runForm && isEffectivelyCancelled();
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
        if (thread != null && !runForm) { // C16
            Object waitedFor = owner.waitingFor;
            if (waitedFor instanceof Arrivals || (waitedFor instanceof TaskNode<?> awaited && awaited.parent == this)) {
                backend.unpark(thread);
            }
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
        return Optional.ofNullable(Forks.tryFork(this, body));
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

    private <T extends @Nullable Object> TaskNode<T> forked(@Nullable String name, Object body, int flags) {
        return Forks.fork(this, name, body, flags);
    }

    // ---- completion

    /** A failure of a task: recorded; the first one cancels the group (F1). */
    void taskFailed(TaskNode<?> task, Throwable failure) {
        StartWork<?> start = task.startWork();
        if ((start == null || !start.failsBeforeReady()) && failures.add(task)) {
            cancelWith(task);
        }
    }

    /** The last thing that a task's thread does. */
    void taskTerminated(TaskNode<?> task) {
        if (task.state == TaskNode.CANCELLED) {
            countCancelled(task);
        } else if (task.state == TaskNode.FAILED) {
            countFailed();
        }
        complete(task.isDaemon());
    }

    /** A task has terminated, and gives its place back, before those who await it wake up and may want one. */
    void releasePlace() {
        if (places != null) {
            places.release();
        }
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
        return GroupExit.stats(this);
    }

    @Override
    public String toString() {
        return "TaskGroup[" + name() + (isClosed() ? ", closed" : "")
                + (cause == null
                        ? ""
                        : ", cancelled: " + Objects.requireNonNull(ownReason()).message()) + "]";
    }
}
