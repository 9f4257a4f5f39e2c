// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.Registration;
import dev.espalier.internal.Scope;
import dev.espalier.spi.Backend;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reports a channel on which somebody waits while nothing moves. */
final class Stalls {
    /*
     * States: idle (nobody waits, no timer) -> watching (somebody waits, one timer) -> idle. The first who waits sets the timer, the last who goes on takes it back; so nothing is left behind by
     * a channel that is not used, and nothing is set by calls that do not have to wait.
     *
     * The timer looks whether anything has moved since it looked last. If so, the stall begins anew now; if not, it reports, and looks again when twice the
     * time has passed. So a report is late by at most the option's duration.
     *
     * Memory ordering and locks: all fields are guarded by the monitor. Under it, the backend's schedule and nanoTime are called, as in a scope's deadlines; statistics are read and
     * messages logged without it. A timer that fires while it is taken back finds another round, or nobody who waits, and does nothing.
     *
     * The timer is set on the backend of whoever waits first. If that one goes on while others wait, it stays: a backend outlives its tasks.
     */
    private static final System.Logger LOG = System.getLogger("dev.espalier");

    private final String channel;
    private final long after;
    private final Supplier<Channel.Statistics> statistics;

    // guarded by this
    private int waiting;
    private int round;
    private @Nullable Registration timer;
    private long moved;
    private long since;

    Stalls(String channel, Duration after, Supplier<Channel.Statistics> statistics) {
        this.channel = channel;
        this.after = after.toNanos();
        this.statistics = statistics;
    }

    /** The calling thread begins to wait. */
    void waits() {
        Backend backend = Scope.current().backend();
        Channel.Statistics now = statistics.get();
        synchronized (this) {
            if (waiting++ == 0) {
                begin(backend, sum(now), after);
            }
        }
    }

    /** It waits no more. */
    void goesOn() {
        Registration last = null;
        synchronized (this) {
            if (--waiting == 0) {
                round++;
                last = timer;
                timer = null;
            }
        }
        if (last != null) {
            last.close();
        }
    }

    private void begin(Backend backend, long movedNow, long pause) {
        moved = movedNow;
        since = backend.nanoTime();
        arm(backend, pause);
    }

    private void arm(Backend backend, long pause) {
        int mine = ++round;
        timer = backend.schedule(() -> look(backend, mine), pause);
    }

    private void look(Backend backend, int mine) {
        Channel.Statistics now = statistics.get();
        long stalled;
        synchronized (this) {
            if (waiting == 0 || round != mine) {
                return;
            }
            if (sum(now) != moved) {
                begin(backend, sum(now), after);
                return;
            }
            stalled = backend.nanoTime() - since;
            arm(backend, stalled); // at twice the time
        }
        LOG.log(System.Logger.Level.WARNING, report(now, stalled));
    }

    private static long sum(Channel.Statistics now) {
        return now.sent() + now.received();
    }

    private String report(Channel.Statistics now, long stalled) {
        return channel + " has been stalled for " + Duration.ofNanos(stalled) + ": sending: " + names(now.senders())
                + "; receiving: " + names(now.receivers()) + "; " + now.sent() + " sent, " + now.received()
                + " received, " + now.buffered() + " buffered";
    }

    private static String names(List<Party> parties) {
        if (parties.isEmpty()) {
            return "nobody";
        }
        String names = parties.stream().limit(10).map(Party::toString).collect(Collectors.joining(", "));
        return parties.size() > 10 ? names + " and " + (parties.size() - 10) + " more" : names;
    }
}
