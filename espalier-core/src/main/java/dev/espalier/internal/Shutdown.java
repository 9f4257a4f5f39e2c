// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.DeadlineExceededException;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Step;
import dev.espalier.app.ShutdownReport.Straggler;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The end of an application, on a thread of its own: five steps, then hooks and resources (S5). */
final class Shutdown implements Runnable {
    /*
     * Goals
     *   1. Each step is bounded, and comes whatever became of the ones before: an exception of a step is a trouble, and no more.
     *   2. It ends: `Lifetime.end` is called in every outcome, since main and the JVM's exit wait for it.
     *   3. No user code runs on this thread but observers and loggers: a hook that hangs would hang everything. Each has a task of its own, in a group of hooks; one that is late is cancelled,
     *      named, and left behind.
     *   4. A wake-up is never missed: `waiter` is written before what is waited for is read; who ends writes that first, and then reads `waiter` (Admission, Ledger).
     *
     * It waits on the application's backend, and so on its clock. Nobody has this thread, so an interrupt of it is a mistake of somebody's, and is dropped.
     *
     * Where no thread can be made, for this or for a hook, the code runs on the thread that is there: then a hook is bounded only as far as an interrupt ends
     * it. It is better to close a resource late than never.
     *
     * Fields: used by this thread alone.
     */
    private final Application app;
    private final Backend backend;
    private final Map<Step, Duration> took = new EnumMap<>(Step.class);
    private List<Straggler> stragglers = List.of();
    private boolean left; // a hook that has not ended
    private @Nullable Group hooks;

    Shutdown(Application app) {
        this.app = app;
        this.backend = app.backend;
    }

    /** Starts the thread. */
    void begin() {
        try {
            Launch.aside(app.lastingBackend(), "shutdown of " + app.describe(), this);
        } catch (RuntimeException | Error e) {
            Lifetime.warn(
                    "no thread for the shutdown of " + app.describe() + "; it runs on that which asked for it", e);
            try {
                PlainScope.shield(null).runOrFail(this::run);
            } catch (InterruptedException interrupted) {
                throw new AssertionError("a shutdown is not interrupted", interrupted);
            }
        }
    }

    @Override
    public void run() {
        ShutdownReport little = new ShutdownReport( // for when there is no memory at the end
                app.name(), app.lifetime.reason(), app.lifetime.failure(), Map.of(), List.of(), List.of());
        try {
            step(Step.STOP_INTAKE, this::stopIntake);
            app.intake.close();
            step(Step.GRACE, () -> await(this::isFinished, () -> app.lifetime.grace()));
            step(Step.CANCEL, this::cancel);
            step(Step.NAME_STRAGGLERS, this::nameStragglers);
            step(Step.CLOSE, this::close);
            step(Step.CLOSE, this::closeGroups);
        } finally {
            ShutdownReport report = little;
            try {
                report = new ShutdownReport(
                        app.name(), little.reason(), little.failure(), took, app.lifetime.troubles(), stragglers);
            } finally {
                app.lifetime.end(report);
            }
        }
    }

    private void step(Step step, Action action) {
        long began = backend.nanoTime();
        try {
            action.run();
        } catch (Throwable t) { // the next step comes all the same
            app.lifetime.trouble("step " + step, t);
        } finally {
            took.merge(step, Duration.ofNanos(backend.nanoTime() - began), Duration::plus);
        }
    }

    // ---- the steps

    private void stopIntake() {
        for (AppPart hook = app.lifetime.nextIntakeHook(); hook != null; hook = app.lifetime.nextIntakeHook()) {
            run(hook);
        }
    }

    private void cancel() {
        if (app.lifetime.wasStarted()) { // else nobody has got in, and none of the groups is open
            app.cancelAll();
        }
        boolean _ = await(this::isEmpty, app.options::hardLimit);
    }

    private void nameStragglers() {
        if (isEmpty()) {
            return;
        }
        stragglers = Stragglers.of(app);
        for (Straggler straggler : stragglers) {
            Lifetime.warn(
                    straggler.path() + " has not ended " + app.options.hardLimit() + " after it was cancelled ("
                            + app.lifetime.reason().message() + "); its thread is " + straggler.state() + " at:"
                            + Stragglers.text(straggler.stack()),
                    null);
        }
    }

    private void close() {
        for (AppPart part = app.lifetime.nextPart(); part != null; part = app.lifetime.nextPart()) {
            run(part);
        }
    }

    /** The groups complete, unless something has been left behind in them. */
    private void closeGroups() {
        Group last = hooks;
        if (last != null && !left) {
            GroupExit.end(last);
        }
        if (!app.lifetime.wasStarted()) {
            return;
        }
        if (app.managed.hasNo(Ledger.Which.TASKS) && app.managed.hasNo(Ledger.Which.DAEMONS)) {
            GroupExit.end(app.managed);
            Strands.removeThreadless(app.strand);
        } else {
            app.managed.extras().end(); // nobody follows up on the cancellation from now on
        }
    }

    // ---- waiting

    private boolean isFinished() {
        return app.intake.isEmpty() && app.managed.hasNo(Ledger.Which.TASKS);
    }

    private boolean isEmpty() {
        return isFinished() && app.managed.hasNo(Ledger.Which.DAEMONS);
    }

    /** Waits until the condition holds, for at most a time, which may become shorter meanwhile. */
    private boolean await(BooleanSupplier condition, Supplier<Duration> limit) {
        long began = backend.nanoTime();
        app.intake.waiter = Thread.currentThread();
        app.managed.waiter(Thread.currentThread());
        try {
            while (!condition.getAsBoolean()) {
                long remaining = nanos(limit.get()) - (backend.nanoTime() - began);
                if (remaining <= 0) {
                    return false;
                }
                boolean _ = Thread.interrupted(); // or the park would not wait
                backend.parkNanos(this, remaining);
            }
            return true;
        } finally {
            app.intake.waiter = null;
            app.managed.waiter(null);
        }
    }

    private static long nanos(Duration duration) {
        return duration.toSeconds() >= Long.MAX_VALUE / 4_000_000_000L ? Long.MAX_VALUE / 4 : duration.toNanos();
    }

    // ---- hooks and resources

    private void run(AppPart part) {
        Duration limit = app.options.hookLimit();
        TaskNode<Void> task;
        try {
            if (hooks == null) {
                hooks = app.hooks();
            }
            Action bounded = () -> PlainScope.create(limit, null).runOrFail(part.action()::run);
            task = Forks.fork(hooks, part.describe(), bounded, TaskNode.ACTION | TaskNode.OBSERVED);
        } catch (RuntimeException | Error e) {
            Lifetime.warn(
                    "no thread for " + part.describe() + " of " + app.describe() + "; it runs on that of the shutdown",
                    e);
            runHere(part, limit);
            return;
        }
        if (!awaitEnd(task, limit)) {
            leave(part, task, limit);
        } else if (task.state == TaskNode.FAILED) {
            app.lifetime.trouble(part.describe(), task.failure());
        }
    }

    private void runHere(AppPart part, Duration limit) {
        try {
            PlainScope.create(limit, null).runOrFail(part.action()::run);
        } catch (Throwable t) { // as that of any hook
            app.lifetime.trouble(part.describe(), t);
        }
    }

    private boolean awaitEnd(TaskNode<?> task, Duration limit) {
        long began = backend.nanoTime();
        while (true) {
            try {
                return Awaiting.await(task, Math.max(0, nanos(limit) - (backend.nanoTime() - began)));
            } catch (InterruptedException e) {
                // nobody has this thread; see the essay
            }
        }
    }

    private void leave(AppPart part, TaskNode<?> task, Duration limit) {
        left = true;
        var late = new CancelReason(
                Kind.DEADLINE,
                part.describe() + " of " + app.describe() + " took longer than " + limit + ", and was left behind",
                task,
                task,
                null,
                null);
        var exception = new DeadlineExceededException(late, null);
        Thread thread = task.thread;
        if (thread != null) {
            exception.setStackTrace(Objects.requireNonNull(thread).getStackTrace());
        }
        task.cancelWith(late);
        app.lifetime.trouble(part.describe(), exception);
    }
}
