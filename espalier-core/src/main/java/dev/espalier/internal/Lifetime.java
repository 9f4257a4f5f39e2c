// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.ShutdownReport;
import dev.espalier.app.ShutdownReport.Trouble;
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

    /** The step to STARTING; the caller is in the intake then. */
    void beginStart() {
        synchronized (this) {
            if (phase == Phase.NEW) {
                boolean _ = app.intake.enter(); // here, since nobody closes it before the step to STOPPING
                phase = Phase.STARTING;
                began = app.backend.nanoTime();
                return;
            }
        }
        if (isStopping()) {
            throw refused("the start of " + app.describe());
        }
        throw new IllegalStateException(
                app.describe() + " has been started before; an application is started once: make a new one");
    }

    /** Tasks may be forked from now on. */
    void opened() {
        started = true;
    }

    /** The step to RUNNING; false if the shutdown has begun. */
    synchronized boolean endStart() {
        if (phase != Phase.STARTING) {
            return false;
        }
        phase = Phase.RUNNING;
        return true;
    }

    /** The next startup hook; what stands before it has been got past. Null if there is none, or the shutdown has begun. */
    synchronized @Nullable AppPart nextHook() {
        while (phase == Phase.STARTING && !waiting.isEmpty()) {
            AppPart next = waiting.removeFirst();
            if (next.kind() == AppPart.Kind.STARTUP) {
                return next;
            }
            parts.addLast(next);
        }
        return null;
    }

    /** What is to be removed at the end; false if that has come already. */
    synchronized boolean remember(JvmExit installed) {
        if (phase == Phase.ENDED) {
            return false;
        }
        exit = installed;
        return true;
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
                app.startup.cancel(reason());
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
    boolean isRefusal(Throwable thrown) {
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
