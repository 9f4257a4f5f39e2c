// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Exploration;
import dev.espalier.test.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Makes the schedule of a failing run shorter: the same failure with few switches. */
final class Shrinking {
    /*
     * Delta debugging (Zeller, Hildebrandt 2002) over the decisions: parts of the list are left out, halves first,
     * then smaller ones, as long as the run still fails in the same way; what is left out falls back to the default
     * of Replay. A decision names the thread and the count of its own points, so leaving out one of another thread's
     * does not move it. What a run that failed really decided is taken as the new list, since decisions that were
     * never reached are dropped by that.
     *
     * The same way: the same class of exception, thrown at the same place, or a deadlock.
     */
    private static final int MOST_RUNS = 1_000;

    private final Exploration options;
    private final Runner runner;
    private Laboratory.Result best;
    private int runs;

    /** Runs the test once more. */
    interface Runner {
        Laboratory.Result run(Run run) throws InterruptedException;
    }

    private Shrinking(Exploration options, Laboratory.Result failed, Runner runner) {
        this.options = options;
        this.best = failed;
        this.runner = runner;
    }

    /** The simplest failing run that was found. */
    static Laboratory.Result of(Exploration options, Laboratory.Result failed, Runner runner)
            throws InterruptedException {
        var shrinking = new Shrinking(options, failed, runner);
        if (!shrinking.failsAgain(failed.schedule().decisions())) {
            return failed; // it does not replay: something is not simulated
        }
        shrinking.shrink();
        return shrinking.best;
    }

    private void shrink() throws InterruptedException {
        if (failsAgain(List.of())) {
            return;
        }
        int parts = 2;
        while (runs < MOST_RUNS) {
            var decisions = best.schedule().decisions();
            if (decisions.size() < 2) {
                break;
            }
            parts = Math.min(parts, decisions.size());
            if (withoutOnePart(decisions, parts)) {
                parts = Math.max(2, parts - 1);
            } else if (parts == decisions.size()) {
                break;
            } else {
                parts = Math.min(decisions.size(), 2 * parts);
            }
        }
    }

    private boolean withoutOnePart(List<Schedule.Decision> decisions, int parts) throws InterruptedException {
        for (int i = 0; i < parts; i++) {
            int from = decisions.size() * i / parts;
            int to = decisions.size() * (i + 1) / parts;
            var rest = new ArrayList<>(decisions.subList(0, from));
            rest.addAll(decisions.subList(to, decisions.size()));
            if (failsAgain(rest)) {
                return true;
            }
        }
        return false;
    }

    private boolean failsAgain(List<Schedule.Decision> decisions) throws InterruptedException {
        runs++;
        long seed = best.schedule().seed();
        var grace = best.woken() ? Duration.ofMillis(200) : Duration.ZERO;
        long steps = Math.min(options.maxSteps(), 10 * best.steps() + 1_000);
        var result = runner.run(Run.replay(options, Schedule.of(seed, decisions), steps, grace));
        boolean same = result.thrown() != null && sameAs(result.thrown());
        if (same && result.schedule().decisions().size() <= decisions.size()) {
            best = result;
        }
        return same;
    }

    private boolean sameAs(Throwable thrown) {
        Throwable wanted = Objects.requireNonNull(best.thrown());
        return thrown.getClass() == wanted.getClass() && Sites.thrownIn(thrown).equals(Sites.thrownIn(wanted));
    }
}
