// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.FailurePolicy;
import dev.espalier.GroupAction;
import dev.espalier.GroupBody;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.ShutdownReport;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An application: what is in it, and who may still come. How it ends is in {@link Shutdown}, when in {@link Lifetime}. */
public final class Application implements ApplicationScope {
    /*
     * The tree. An application hangs below nothing: its strand is a root, on which no thread runs. Below it are the group of the managed tasks and, during the
     * shutdown, that of the hooks. The groups of run, call and taskGroup belong to the threads that open them, and stay where these are in the tree; the
     * application only knows them, in `groups`, while they are open, and cancels each by itself. So a deadline around a request still holds in it, and nothing is left
     * of a group that has ended.
     *
     * What is in it. The intake counts groups, the start, and calls of fork while they last; the ledger of `managed` counts the tasks. The
     * shutdown closes the intake; from then on neither grows but by forks in open groups, which their own group counts.
     *
     * Cancel against open. The shutdown writes `cancelled`, then walks `groups`; who opens a group adds it, then reads `cancelled`. So a group is found, or cancels itself.
     * A group is added when it is its thread's current scope, so that a cancellation finds a thread to interrupt. `managed` is cancelled first: of a group that a managed
     * task has opened, the cancellation then passes as that of the task, and is no failure of it.
     *
     * Lock order: none held here. See docs/design/synchronization.md.
     *
     * Why not a parent scope around each group: its own exit would have to turn the cancellation into an exception, in the forms that have an exit, and
     * tasks would see the reason only as that of a parent.
     */
    final AppOptions options;
    final Backend backend;
    final AppStrand strand;
    final Group managed;
    final Admission intake;
    final Lifetime lifetime;
    final Startup startup;
    /** Open groups of threads from anywhere. */
    final Set<Group> groups = ConcurrentHashMap.newKeySet();

    private final Options base;
    /** Written by the shutdown, once. */
    private volatile boolean cancelled;

    /**
     * An application that has not been started.
     *
     * @param options its options
     */
    public Application(AppOptions options) {
        this.options = Objects.requireNonNull(options, "what the operator of the options returned");
        Backend given = options.taskOptions().backend();
        this.backend = given != null ? given : Scope.current().backend();
        this.base = options.taskOptions().backend(backend);
        this.strand = new AppStrand(options.name(), backend);
        this.managed = new Group(base.name("tasks").failurePolicy(FailurePolicy.COLLECT), strand, /* runForm= */ false);
        this.intake = new Admission(backend);
        this.lifetime = new Lifetime(this);
        this.startup = new Startup(this);
    }

    // ---- what starts and ends with it

    @Override
    public void onStartup(String name, Action hook) {
        lifetime.add(new AppPart(AppPart.Kind.STARTUP, name, hook));
    }

    @Override
    public void onShutdown(String name, Action hook) {
        lifetime.add(new AppPart(AppPart.Kind.SHUTDOWN, name, hook));
    }

    @Override
    public void onStopIntake(String name, Action hook) {
        lifetime.add(new AppPart(AppPart.Kind.INTAKE, name, hook));
    }

    @Override
    public <R extends AutoCloseable> R manage(String name, R resource) {
        Objects.requireNonNull(resource, "resource");
        try {
            lifetime.add(new AppPart(AppPart.Kind.RESOURCE, name, resource::close));
        } catch (RuntimeException | Error e) {
            Exception failure = Forks.close(resource);
            if (failure != null) {
                e.addSuppressed(failure);
            }
            throw e;
        }
        return resource;
    }

    @Override
    public void start() throws InterruptedException {
        startup.run();
    }

    // ---- managed tasks

    @Override
    public Task<Void> fork(String name, Action body) {
        return forked(name, RestartPolicy.never(), body, 0);
    }

    @Override
    public Task<Void> fork(String name, RestartPolicy policy, Action body) {
        return forked(name, policy, body, 0);
    }

    @Override
    public Task<Void> forkDaemon(String name, Action body) {
        return forked(name, RestartPolicy.never(), body, TaskNode.DAEMON);
    }

    @Override
    public Task<Void> forkDaemon(String name, RestartPolicy policy, Action body) {
        return forked(name, policy, body, TaskNode.DAEMON);
    }

    private Task<Void> forked(String name, RestartPolicy policy, Action body, int flags) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(body, "body");
        String what = "task '" + name + "' of " + describe();
        enter(what);
        try {
            TaskNode<Void> task = Forks.fork(
                    managed,
                    name,
                    new Supervised(what, policy, body, lifetime.stopping),
                    TaskNode.ACTION | TaskNode.OBSERVED | flags);
            return task.onDone(_ -> {
                if (task.state == TaskNode.FAILED) {
                    lifetime.gaveUp(what, policy, task.failure());
                }
            });
        } finally {
            intake.leave();
        }
    }

    // ---- groups

    @Override
    public <X extends Exception> void run(GroupAction<X> body) throws X, InterruptedException {
        run(UnaryOperator.identity(), body);
    }

    @Override
    public <X extends Exception> void run(UnaryOperator<Options> options, GroupAction<X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        Object _ = this.<@Nullable Void, X>inGroup(
                options,
                /* hasValue= */ false,
                group -> {
                    body.call(group);
                    return null;
                });
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R call(GroupBody<R, X> body)
            throws X, InterruptedException {
        return call(UnaryOperator.identity(), body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R call(
            UnaryOperator<Options> options, GroupBody<R, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return inGroup(options, /* hasValue= */ true, body);
    }

    private <R extends @Nullable Object, X extends Exception> R inGroup(
            UnaryOperator<Options> options, boolean hasValue, GroupBody<R, X> body) throws X, InterruptedException {
        Options all = with(options);
        enter("a group of " + describe());
        Group known = null;
        try {
            var group = new Group(all, Strands.attach(), /* runForm= */ true);
            known = group;
            return new GroupRun(group, hasValue).run(_ -> {
                add(group);
                return body.call(group);
            });
        } finally {
            if (known != null) {
                groups.remove(known);
            }
            intake.leave();
        }
    }

    @Override
    public TaskGroup taskGroup() {
        return taskGroup(UnaryOperator.identity());
    }

    @Override
    public TaskGroup taskGroup(UnaryOperator<Options> options) {
        Options all = with(options);
        enter("a group of " + describe());
        Group opened = null;
        try {
            Group group = Group.open(all);
            group.atEnd = () -> {
                groups.remove(group);
                intake.leave();
            };
            opened = group;
        } finally {
            if (opened == null) {
                intake.leave();
            }
        }
        add(opened);
        return opened;
    }

    private Options with(UnaryOperator<Options> options) {
        return Objects.requireNonNull(options.apply(base), "what the operator of the options returned");
    }

    private void add(Group group) {
        groups.add(group);
        if (cancelled) {
            cancel(group);
        }
    }

    /** The third step. */
    void cancelAll() {
        cancel(managed);
        cancelled = true;
        groups.forEach(this::cancel);
    }

    private void cancel(Group group) {
        CancelReason reason = lifetime.reason();
        group.cancelWith(group.reasonOf(Kind.SHUTDOWN, reason.message(), reason.exception()));
    }

    /** The group in which hooks run; made and closed by the shutdown. */
    Group hooks() {
        var group = new Group(
                base.name("shutdown").failurePolicy(FailurePolicy.COLLECT).backend(lastingBackend()),
                strand,
                /* runForm= */ false);
        group.begin();
        return group;
    }

    /** Where what ends the application runs: not on virtual threads, whose carriers may all be taken by tasks that compute. Both have the same clock. */
    Backend lastingBackend() {
        return backend == Backend.virtualThreads() ? Backend.platformThreads() : backend;
    }

    /** Counts what comes in; {@link Admission#leave} has to follow. */
    private void enter(String what) {
        lifetime.checkStarted(what);
        if (!intake.enter()) {
            throw lifetime.refused(what);
        }
    }

    // ---- the end

    @Override
    public void shutdown() {
        shutdown(options.grace());
    }

    @Override
    public void shutdown(Duration grace) {
        Objects.requireNonNull(grace, "grace");
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace is " + grace + "; it must be zero or more");
        }
        boolean _ = lifetime.stop("it was asked to", null, grace);
    }

    @Override
    public void shutdown(String reason) {
        boolean _ = lifetime.stop(Objects.requireNonNull(reason, "reason"), null, options.grace());
    }

    @Override
    public ShutdownReport awaitShutdown() throws InterruptedException {
        refuseFromInside("awaitShutdown");
        lifetime.ended.await();
        return lifetime.report();
    }

    @Override
    public void close() {
        refuseFromInside("close");
        shutdown();
        lifetime.awaitUninterruptibly();
    }

    /** D1: what the shutdown waits for must not wait for the shutdown. */
    private void refuseFromInside(String what) {
        boolean inside = Thread.currentThread().equals(startup.thread());
        Strand here = Strands.current();
        for (Scope s = here == null ? null : here.current; s != null && !inside; s = s.parent) {
            inside = s == strand || (s instanceof Group group && groups.contains(group));
        }
        for (Group group = here == null ? null : here.groups; group != null && !inside; group = group.outer) {
            inside = groups.contains(group);
        }
        if (inside && !lifetime.isEnded()) {
            throw new IllegalStateException(what + " of " + describe() + " was called by a part of it ("
                    + (here == null ? "its startup" : Pursuit.path(here.current))
                    + "), for which the shutdown waits: that would never end; call shutdown(), which does not wait");
        }
    }

    @Override
    public boolean isShuttingDown() {
        return lifetime.isStopping();
    }

    @Override
    public Duration uptime() {
        return lifetime.uptime();
    }

    @Override
    public String name() {
        return options.name();
    }

    String describe() {
        return strand.describe();
    }

    @Override
    public String toString() {
        return "ApplicationScope[" + name() + ", " + lifetime + "]";
    }
}
