// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was decided in a run of a simulation: where it switched from one thread to another although it need not, which
 * of several threads it went on with, and which faults it injected. What a schedule says nothing of, it leaves at the
 * default: the thread that runs goes on until it blocks, and then the one that has been able to run for longest. So a
 * short schedule is a simple run.
 *
 * <p>Its text is the seed and the decisions: {@code 42/1.7>2,0.3!cancel} says that with seed 42, when thread 1 came
 * to its 7th point, thread 2 went on, and that thread 0 was cancelled at its 3rd. Threads are numbered in the order
 * in which they started; the test's own is 0.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * @since 0.1
 */
public final class Schedule {
    /**
     * A decision.
     *
     * @param thread the number of the thread that ran
     * @param point how many points it had come to
     * @param next the number of the thread that went on; not used if there is a fault
     * @param fault what was injected; null if this is a switch
     */
    public record Decision(
            int thread, int point, int next, @Nullable String fault) {
        private static final Pattern FAULT = Pattern.compile("cancel|fork|delay:[0-9]{1,18}");

        @Override
        public String toString() {
            return thread + "." + point + (fault == null ? ">" + next : "!" + fault);
        }

        private static Decision parse(String text) {
            try {
                int dot = text.indexOf('.');
                int sign = Math.max(text.indexOf('>'), text.indexOf('!'));
                int thread = natural(text.substring(0, dot));
                int point = natural(text.substring(dot + 1, sign));
                var rest = text.substring(sign + 1);
                if (text.charAt(sign) == '!' && !FAULT.matcher(rest).matches()) {
                    throw new NumberFormatException(rest);
                }
                return text.charAt(sign) == '>'
                        ? new Decision(thread, point, natural(rest), null)
                        : new Decision(thread, point, 0, rest);
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no decision of a schedule: expected '1.7>2', '1.7!cancel', '1.7!fork' or"
                                + " '1.7!delay:1000' (nanoseconds)",
                        e);
            }
        }

        private static int natural(String text) {
            int number = Integer.parseInt(text);
            if (number < 0) {
                throw new NumberFormatException(text);
            }
            return number;
        }
    }

    private final long seed;
    private final List<Decision> decisions;
    private final Map<Long, Integer> switches = new HashMap<>();
    private final Map<Long, String> faults = new HashMap<>();

    private Schedule(long seed, List<Decision> decisions) {
        this.seed = seed;
        this.decisions = Collections.unmodifiableList(new ArrayList<>(decisions));
        for (Decision decision : decisions) {
            if (decision.fault == null) {
                switches.put(key(decision.thread, decision.point), decision.next);
            } else {
                faults.put(key(decision.thread, decision.point), decision.fault);
            }
        }
    }

    /**
     * A schedule of these decisions.
     *
     * @param seed what the test's own random numbers are drawn from
     * @param decisions the decisions
     * @return the schedule
     */
    public static Schedule of(long seed, List<Decision> decisions) {
        return new Schedule(seed, decisions);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text the text
     * @return the schedule
     * @throws IllegalArgumentException if it is not such a text
     */
    public static Schedule parse(String text) {
        Objects.requireNonNull(text, "text");
        int slash = text.indexOf('/');
        try {
            long seed = Long.parseLong(slash < 0 ? text : text.substring(0, slash));
            var decisions = new ArrayList<Decision>();
            if (slash >= 0 && slash + 1 < text.length()) {
                for (String decision : text.substring(slash + 1).split(",", -1)) {
                    decisions.add(Decision.parse(decision));
                }
            }
            return new Schedule(seed, decisions);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no schedule: expected a seed, '/', and decisions, as in '42/1.7>2,0.3!cancel'",
                    e);
        }
    }

    private static long key(int thread, int point) {
        return (long) thread << 32 | point;
    }

    /**
     * The seed.
     *
     * @return what the test's own random numbers are drawn from
     */
    public long seed() {
        return seed;
    }

    /**
     * The decisions.
     *
     * @return in the order in which they were made
     */
    public List<Decision> decisions() {
        return decisions;
    }

    /**
     * Who goes on when a thread comes to a point.
     *
     * @param thread its number
     * @param point how many points it has come to
     * @return a thread's number; -1 if nothing was decided
     */
    public int switchAt(int thread, int point) {
        return switches.getOrDefault(key(thread, point), -1);
    }

    /**
     * The fault that is injected when a thread comes to a point.
     *
     * @param thread its number
     * @param point how many points it has come to
     * @return its name; null for none
     */
    public @Nullable String faultAt(int thread, int point) {
        return faults.get(key(thread, point));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schedule schedule && seed == schedule.seed && decisions.equals(schedule.decisions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seed, decisions);
    }

    @Override
    public String toString() {
        return seed + "/" + decisions.stream().map(Decision::toString).collect(Collectors.joining(","));
    }
}
