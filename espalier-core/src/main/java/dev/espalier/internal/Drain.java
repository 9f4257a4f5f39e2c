// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import dev.espalier.Deadline;
import dev.espalier.DeadlineExceededException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Waits for the end of a pool, whatever happens to the thread that waits, but not longer than it was told. */
final class Drain {
    private static final int NAMED = 20;

    private Drain() {}

    /** Returns when the line lets somebody through, or throws with those who keep it from doing so. */
    static void await(WaitLine line, Duration limit, Supplier<List<PoolView>> views) {
        boolean[] ended = {false};
        try {
            PlainScope.shield(null).runOrFail(() -> ended[0] = awaitUninterruptibly(line, limit));
        } catch (InterruptedException e) { // it came while the shield was left, and nobody waited for it here
            Thread.currentThread().interrupt();
        }
        if (!ended[0]) {
            throw stragglers(line, limit, views.get());
        }
    }

    /** Waits in a shield: so whoever interrupts is somebody else, and that is set aside (L9). */
    private static boolean awaitUninterruptibly(WaitLine line, Duration limit) {
        boolean aside = false;
        try {
            Deadline end = null;
            while (true) {
                aside |= Thread.interrupted();
                Turn turn = Turn.here(null);
                turn.timed = true;
                if (end == null) {
                    end = Deadline.after(limit, turn.backend);
                }
                if (line.enqueue(turn)) {
                    return true;
                }
                switch (line.await(turn, end)) {
                    case GRANTED -> {
                        return true;
                    }
                    case LATE -> {
                        return false;
                    }
                    case LEFT -> {} // interrupted: again
                }
            }
        } finally {
            if (aside) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static DeadlineExceededException stragglers(WaitLine line, Duration limit, List<PoolView> views) {
        var message = new StringBuilder("waited ")
                .append(limit)
                .append(" for ")
                .append(line.describe())
                .append("; not given back, and closed when they are:");
        for (PoolView view : views.subList(0, Math.min(NAMED, views.size()))) {
            message.append("\n    ")
                    .append(view.borrower())
                    .append(
                            switch (view.state()) {
                                case TAKEN -> ", being opened or checked";
                                case CLOSING -> ", being closed";
                                case LEASED -> "";
                            });
        }
        if (views.size() > NAMED) {
            message.append("\n    and ").append(views.size() - NAMED).append(" more");
        }
        var reason = new CancelReason(Kind.DEADLINE, message.toString(), null, null, null, null);
        var exception = Traces.trimmed(new DeadlineExceededException(reason, null));
        for (PoolView view : views) {
            Throwable site = view.borrower().site();
            if (site != null) {
                exception.addSuppressed(site);
            }
        }
        return exception;
    }
}
