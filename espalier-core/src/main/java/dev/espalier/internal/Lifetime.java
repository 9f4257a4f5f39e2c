// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Cancellation;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Trouble;
import dev.espalier.app.StartupFailedException;
import dev.espalier.sync.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The phases of an application's life, and what is registered for its start and end. */
final class Lifetime {
    /*
     * States
     *   NEW       hooks and resources are registered, in `waiting`
     *   STARTING  the starting thread takes them in order: it runs startup hooks; shutdown hooks and resources go to `parts`
     *   RUNNING
     *   STOPPING  a thread of the shutdown goes through the five steps (see Shutdown); all but hooks of the intake may still be registered
     *   CLOSING   that thread takes `parts` from the end, and runs them; nothing can be registered
     *   ENDED     the report is there
     *
     * Transitions
     *   NEW -> STARTING              start, by any thread, once
     *   STARTING -> RUNNING          the starting thread, when all hooks have run
     *   NEW, STARTING, RUNNING       stop, by any thread, once: a user, the JVM's exit, a managed task that gave up, the starting thread whose hook
     *     -> STOPPING                failed. Whoever makes this step starts the thread of the shutdown; later calls can only make the grace shorter.
     *   STOPPING -> CLOSING -> ENDED the thread of the shutdown
     *
     * So stop never waits, and may be called by what the shutdown waits for: a managed task, a hook, a thread in a group of the application. Those must not wait for ENDED,
     * and are refused (Application.refuseFromInside).
     *
     * Stop while starting: the scope of the start is cancelled at once, with no grace, since nobody is served yet; the shutdown waits for the starting thread as for other
     * work, through the intake. That thread leaves the intake before it waits for the end of the shutdown, so that neither waits for the other. A hook that fails makes the
     * step to STOPPING itself. What is in `waiting` behind the hook that was not got past is dropped; its resources are closed all the same.
     *
     * Memory ordering: phase is volatile, written under the monitor after what belongs to it (reason, failure, report). `stopping` and `ended` are set after
     * their phase. The report happens-before the return of awaitShutdown.
     *
     * Lock order: the monitor is innermost, and nothing foreign runs under it but Backend.nanoTime.
     *
     * Why a thread of its own and not the caller's: the caller may be cancelled, be interrupted, hold locks, or be a part of what is to end. Why not a compare-and-set: the lists
     * change together with the phase, and nothing here is frequent.
     *
     * Fields: waiting, parts, intakeHooks, troubles, began, over: the monitor. grace, reason, failure, report: written under it, read by any.
     */
    private enum Phase {
        NEW,
        STARTING,
        RUNNING,
        STOPPING,
        CLOSING,
        ENDED
    }

    private static final int MAX_TROUBLES = 1000;

    /** Set when the shutdown begins. */
    final Event stopping;
    /** Set when it is over. */
    final Event ended;

    private final Application app;
    private final Latch atEnd = new Latch();
    private final PlainScope start = PlainScope.create(null, null);
    private final ArrayDeque<AppPart> waiting = new ArrayDeque<>();
    private final ArrayDeque<AppPart> parts = new ArrayDeque<>();
    private final ArrayDeque<AppPart> intakeHooks = new ArrayDeque<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private long began;
    private long over;
    private @Nullable JvmExit exit;
    private volatile Phase phase = Phase.NEW;
    private volatile boolean started; // written by the starting thread, once
    private volatile Duration grace = Duration.ZERO;
    private volatile @Nullable CancelReason reason;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable ShutdownReport report;
    private volatile @Nullable Thread starting; // written by itself

    Lifetime(Application app) {
        this.app = app;
        this.stopping = new Event("the shutdown of " + app.describe());
        this.ended = new Event("the end of " + app.describe());
    }

    // ---- registering

    void add(AppPart part) {
        synchronized (this) {
            Phase now = phase;
            boolean early = now == Phase.NEW;
            if (part.kind() == AppPart.Kind.STARTUP && !early && now.compareTo(Phase.STOPPING) < 0) {
                throw new IllegalStateException(app.describe() + " has been started, and " + part.describe()
                        + " comes too late; do in place what it would do");
            }
            Phase last = part.kind() == AppPart.Kind.RESOURCE || part.kind() == AppPart.Kind.SHUTDOWN
                    ? Phase.STOPPING
                    : Phase.RUNNING;
            if (now.compareTo(last) <= 0) {
                ArrayDeque<AppPart> to = part.kind() == AppPart.Kind.INTAKE ? intakeHooks : early ? waiting : parts;
                to.addLast(part);
                return;
            }
        }
        throw refused(part.describe() + " of " + app.describe());
    }

    // ---- starting

    void start() throws InterruptedException {
        synchronized (this) {
            if (isStopping()) {
                throw refused("the start of " + app.describe());
            }
            if (phase != Phase.NEW) {
                throw new IllegalStateException(
                        app.describe() + " has been started before; an application is started once: make a new one");
            }
            phase = Phase.STARTING;
            began = app.backend.nanoTime();
        }
        boolean _ = app.intake
                .enter(); // nobody can have closed it: that comes after STOPPING, of which this thread or another is
        // part
        Throwable thrown = null;
        starting = Thread.currentThread();
        try {
            Strands.addThreadless(app.strand);
            app.managed.begin();
            started = true;
            arm();
            boolean _ = start.run(this::runHooks);
        } catch (
                InterruptedException e) { // of the caller: it is thrown below, when what was started has been shut down
            thrown = e;
            boolean _ = stop("its start was interrupted", null, Duration.ZERO);
        } catch (Throwable t) { // likewise
            thrown = t;
            if (!stop("its start failed: " + t.getMessage(), t, Duration.ZERO)) {
                trouble("the start of " + app.describe(), t);
            }
        } finally {
            starting = null;
            app.intake.leave();
        }
        synchronized (this) {
            if (phase == Phase.STARTING) {
                phase = Phase.RUNNING;
                return;
            }
        }
        awaitUninterruptibly();
        throwFromStart(thrown);
    }

    private void throwFromStart(@Nullable Throwable thrown) throws InterruptedException {
        if (thrown == null) {
            throw refused("the start of " + app.describe());
        }
        if (thrown instanceof StartupFailedException) {
            Failures.attach(
                    thrown, report().troubles().stream().map(Trouble::exception).toList());
        }
        throw Sneaky.<InterruptedException>rethrow(thrown);
    }

    private void runHooks() throws InterruptedException {
        for (AppPart hook = nextHook(); hook != null; hook = nextHook()) {
            try {
                hook.action().run();
            } catch (Exception | Error e) {
                if (e instanceof InterruptedException || (start.cause != null && Cancellation.isCancellation(e))) {
                    throw Sneaky.<InterruptedException>rethrow(e); // the scope of the start knows what to do with it
                }
                if (isRefusal(e)) {
                    return;
                }
                throw new StartupFailedException(hook.describe() + " of " + app.describe() + " failed: " + e, e);
            }
        }
    }

    /** The next startup hook; what stands before it has been got past. Null if there is none, or the shutdown has begun. */
    private synchronized @Nullable AppPart nextHook() {
        while (phase == Phase.STARTING && !waiting.isEmpty()) {
            AppPart next = waiting.removeFirst();
            if (next.kind() == AppPart.Kind.STARTUP) {
                return next;
            }
            parts.addLast(next);
        }
        return null;
    }

    /** For the application of the JVM, which is there even when the JVM exits. */
    void startWithoutHooks() {
        try {
            start();
        } catch (ApplicationShutdownException e) {
            // the JVM is exiting: it refuses all work, and says why
        } catch (InterruptedException e) {
            throw new AssertionError("without hooks nothing blocks", e);
        }
    }

    /** From now on, the exit of the JVM is a shutdown. */
    private void arm() {
        if (!app.options.signals()) {
            return;
        }
        JvmExit installed = JvmExit.install(app);
        if (installed == null) {
            boolean _ = stop(JvmExit.WHY, null, Duration.ZERO);
            return;
        }
        synchronized (this) {
            if (phase != Phase.ENDED) {
                exit = installed;
                return;
            }
        }
        installed.remove();
    }

    // ---- stopping, by anyone

    /** Begins the shutdown, and returns true; or makes its grace shorter. */
    boolean stop(String why, @Nullable Throwable because, Duration newGrace) {
        Phase from;
        synchronized (this) {
            from = phase;
            if (from.compareTo(Phase.STOPPING) < 0) {
                grace = from == Phase.RUNNING ? newGrace : Duration.ZERO;
                failure = because;
                reason = app.managed.reasonOf(Kind.SHUTDOWN, app.describe() + " shuts down: " + why, because);
                began = from == Phase.NEW ? app.backend.nanoTime() : began;
                phase = Phase.STOPPING;
            } else if (newGrace.compareTo(grace) < 0) {
                grace = newGrace;
            }
        }
        if (from.compareTo(Phase.STOPPING) >= 0) {
            app.intake.wake();
            return false;
        }
        try {
            stopping.set();
            if (because != null) {
                warn(reason().message(), because);
            }
            if (from == Phase.STARTING) {
                start.cancelWith(start.reasonOf(Kind.SHUTDOWN, reason().message(), because));
            }
        } finally {
            new Shutdown(app).begin();
        }
        return true;
    }

    /** A managed task has failed for good. */
    void gaveUp(String what, RestartPolicy policy, Throwable because) {
        if (isRefusal(because)) {
            return; // it wanted more of an application that shuts down: a way to end
        }
        if (isStopping()) {
            trouble(what, because);
        } else if (policy.shutsDown()) {
            boolean _ = stop(what + " failed: " + because, because, app.options.grace());
        } else {
            warn(what + " failed, and is not started again", because);
        }
    }

    /** Whether it says that this application refuses work, which is no failure of the code that asked for it. */
    private boolean isRefusal(Throwable thrown) {
        return thrown instanceof ApplicationShutdownException refused && refused.reason() == reason;
    }

    // ---- by the shutdown

    Duration grace() {
        return grace;
    }

    /** The last hook of the intake that was registered, and is left; null if there is none. */
    synchronized @Nullable AppPart nextIntakeHook() {
        return intakeHooks.pollLast();
    }

    /** The last part that is left; null if there is none. No more can come. */
    synchronized @Nullable AppPart nextPart() {
        if (phase == Phase.STOPPING) {
            waiting.removeIf(part -> part.kind() != AppPart.Kind.RESOURCE);
            parts.addAll(waiting);
            waiting.clear();
            phase = Phase.CLOSING;
        }
        return parts.pollLast();
    }

    /** Something failed during the shutdown. */
    void trouble(String what, Throwable exception) {
        synchronized (this) {
            if (phase != Phase.ENDED && troubles.size() < MAX_TROUBLES) {
                troubles.add(new Trouble(what, exception));
            }
        }
        warn(what + " failed during the shutdown of " + app.describe(), exception);
    }

    /** Logs; a logger that fails must not keep an application from ending. */
    static void warn(String message, @Nullable Throwable exception) {
        try {
            Log.warn(message, exception);
        } catch (RuntimeException | Error e) {
            // there is nobody left to tell
        }
    }

    synchronized List<Trouble> troubles() {
        return List.copyOf(troubles);
    }

    void end(ShutdownReport last) {
        JvmExit installed;
        synchronized (this) {
            over = app.backend.nanoTime();
            report = last;
            phase = Phase.ENDED;
            installed = exit;
        }
        try {
            ended.set();
            if (installed != null) {
                installed.remove();
            }
        } finally {
            atEnd.open();
        }
    }

    // ---- looking

    void awaitUninterruptibly() {
        atEnd.awaitUninterruptibly(Scope.current().backend());
    }

    boolean isStopping() {
        return phase.compareTo(Phase.STOPPING) >= 0;
    }

    boolean wasStarted() {
        return started;
    }

    boolean isEnded() {
        return phase == Phase.ENDED;
    }

    boolean isStarting(Thread thread) {
        return thread == starting;
    }

    @Nullable
    Thread startingThread() {
        return starting;
    }

    /** Why it shuts down; only if it does. */
    CancelReason reason() {
        return Objects.requireNonNull(reason);
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** How it ended; only if it has. */
    ShutdownReport report() {
        return Objects.requireNonNull(report);
    }

    void checkStarted(String what) {
        if (!started && isStopping()) {
            throw refused(what);
        }
        if (!started) {
            throw new IllegalStateException(app.describe() + " has not been started; call start() before " + what
                    + " is begun, or begin it in a startup hook");
        }
    }

    ApplicationShutdownException refused(String what) {
        return Traces.trimmed(
                new ApplicationShutdownException(what + " was refused: " + reason().message(), reason(), null));
    }

    synchronized Duration uptime() {
        return switch (phase) {
            case NEW -> Duration.ZERO;
            case ENDED -> Duration.ofNanos(over - began);
            default -> Duration.ofNanos(app.backend.nanoTime() - began);
        };
    }

    @Override
    public String toString() {
        return phase.name().toLowerCase(Locale.ROOT);
    }
}
