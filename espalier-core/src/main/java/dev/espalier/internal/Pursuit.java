// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelPolicy;
import dev.espalier.Registration;
import dev.espalier.spi.TaskObserver.Stuck;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Follows up on a cancellation: interrupts again what still runs, and reports it (C8). */
final class Pursuit implements Runnable {
    /*
     * One pursuit, with one timer, for a cancelled scope and all that is below it. A scope that is cancelled inside one that is already,
     * with no shield between, needs none: the outer one's walk comes by, but for the group of a stream, which it does not find. It ends when its scope ends.
     *
     * A round is a walk over all threads below. Those that wait in Espalier for what is below them (join, close, the end of run) are
     * not deaf, and are left alone. Interrupts are repeated after redeliverAfter, then at doubling distances up to 30 s; reports
     * come after reportAfter, then at doubling distances.
     *
     * A shield without a limit that holds this cancellation back is reported too; nothing behind it is interrupted.
     *
     * Fields: written by one round after the other; the next one is scheduled by the one before, which orders them. stopped and
     * timer are guarded by the monitor, because the end of the scope is on another thread.
     */
    private static final long MAX_DISTANCE = Duration.ofSeconds(30).toNanos();

    private final Scope root;
    private final CancelPolicy policy;
    private final long began;
    private long redeliverDistance;
    private long nextRedelivery;
    private long reportDistance;
    private long nextReport;
    private @Nullable Registration timer;
    private boolean stopped;

    private Pursuit(Scope root) {
        this.root = root;
        Group group = root.nearestGroup();
        this.policy = group == null ? CancelPolicy.DEFAULT : group.cancelPolicy();
        this.began = root.backend().nanoTime();
        this.redeliverDistance = policy.redeliverAfter().toNanos();
        this.nextRedelivery = redeliverDistance;
        this.reportDistance = policy.reportAfter().toNanos();
        this.nextReport = reportDistance;
    }

    /** Begins to follow up, if that is needed. */
    static void begin(Scope scope) {
        Strand home = scope.home();
        if (home == null || (scope.isCancelledFromAround() && !(home instanceof StreamStrand))) {
            return;
        }
        var pursuit = new Pursuit(scope);
        if (scope.extras().pursue(pursuit)) {
            pursuit.schedule(0);
        }
    }

    private synchronized void schedule(long elapsed) {
        if (!stopped) {
            timer = root.backend().schedule(this, Math.min(nextRedelivery, nextReport) - elapsed);
        }
    }

    synchronized void stop() {
        stopped = true;
        if (timer != null) {
            timer.close();
            timer = null;
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    @Override
    public void run() {
        if (isStopped()) {
            return;
        }
        long elapsed = root.backend().nanoTime() - began;
        boolean redeliver = elapsed >= nextRedelivery;
        boolean report = elapsed >= nextReport;
        if (redeliver || report) {
            Cascade.walk(root, new Round(redeliver, report, elapsed));
        }
        if (redeliver) {
            redeliverDistance = Math.min(2 * redeliverDistance, Math.max(MAX_DISTANCE, redeliverDistance));
            nextRedelivery = elapsed + redeliverDistance;
        }
        if (report) {
            reportDistance *= 2;
            nextReport = elapsed + reportDistance;
        }
        schedule(elapsed);
    }

    private final class Round implements Cascade.Visitor {
        private final boolean redeliver;
        private final boolean report;
        private final long elapsed;

        Round(boolean redeliver, boolean report, long elapsed) {
            this.redeliver = redeliver;
            this.report = report;
            this.elapsed = elapsed;
        }

        @Override
        public boolean enters(Group group) {
            return group.isBelow(root); // shielded ones too: their shields may have to be reported
        }

        @Override
        public boolean visit(Strand strand) {
            Scope in = strand.current;
            if (isStopped()) {
                return false;
            }
            if (strand.waitingFor instanceof Group || !strand.isRunning() || !in.isBelow(root)) {
                return true;
            }
            if (in.isEffectivelyCancelled()) {
                if (redeliver) {
                    strand.deliver(/* again= */ true);
                }
                if (report) {
                    report(strand, "ignores its cancellation");
                }
            } else if (report && isShieldedWithoutLimit(in)) {
                report(strand, "is in a shield without a limit, which holds its cancellation back");
            }
            return true;
        }

        private boolean isShieldedWithoutLimit(Scope in) {
            for (Scope s = in; s != null && s != root; s = s.parent) {
                if (s.shield) {
                    Extras e = s.extras;
                    return e == null || e.shieldEnd().remainingNanos() == Long.MAX_VALUE;
                }
            }
            return false;
        }

        private void report(Strand strand, String what) {
            Thread thread = strand.thread;
            if (thread == null) {
                return;
            }
            strand.markStuck();
            var since = Duration.ofNanos(elapsed);
            var reason = Objects.requireNonNull(root.ownReason());
            var message = new StringBuilder(path(strand.current))
                    .append(' ')
                    .append(what)
                    .append(" since ")
                    .append(since)
                    .append(" (")
                    .append(reason.message())
                    .append("); its thread is ")
                    .append(thread.getState())
                    .append(" at:");
            for (StackTraceElement frame : thread.getStackTrace()) {
                message.append("\n    at ").append(frame);
            }
            Log.warn(message.toString(), null);
            Observers.of(strand.current)
                    .stuck(new Stuck(
                            path(strand.current),
                            strand instanceof TaskNode<?> task ? task : null,
                            thread,
                            since,
                            reason));
        }
    }

    /** The groups and tasks from the outermost to this one. */
    static String path(Scope scope) {
        var path = new StringBuilder();
        for (Scope s = scope; s != null; s = s instanceof Group group ? group.owner : s.parent) {
            if (s instanceof ForeignStrand foreign) {
                path.insert(0, foreign.thread == null ? "" : "thread '" + foreign.thread.getName() + "' > ");
            } else if (s instanceof Group || s instanceof TaskNode<?> || s instanceof AppStrand) {
                path.insert(0, s.describe() + " > ");
            }
        }
        return path.isEmpty() ? scope.describe() : path.substring(0, path.length() - 3);
    }
}
