// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What {@link EspalierMetrics} count, and under which names. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.micrometer.examples.MetricsExamples" region="options"}
 *
 * @since 0.1
 */
public final class MetricsOptions {
    /** At most 100 names, each as it is; a reading each second; no durations of tasks. */
    public static final MetricsOptions DEFAULT =
            new MetricsOptions(100, UnaryOperator.identity(), Duration.ofSeconds(1), false);

    private final int maxGroups;
    private final UnaryOperator<String> groupTag;
    private final Duration maxAge;
    private final boolean taskDurations;

    private MetricsOptions(int maxGroups, UnaryOperator<String> groupTag, Duration maxAge, boolean taskDurations) {
        this.maxGroups = maxGroups;
        this.groupTag = groupTag;
        this.maxAge = maxAge;
        this.taskDurations = taskDurations;
    }

    /**
     * How many values the tag {@code group} may have, besides {@code unnamed} and {@code other}. The first ones count; groups with further names are counted as {@code other}.
     * Default: 100.
     *
     * @param names zero or more; with zero all named groups are {@code other}
     * @return new options
     */
    public MetricsOptions maxGroups(int names) {
        if (names < 0) {
            throw new IllegalArgumentException("maxGroups is " + names + "; it must be zero or more");
        }
        return new MetricsOptions(names, groupTag, maxAge, taskDurations);
    }

    /**
     * Makes the value of the tag {@code group} from the name that a group was given. Default: the name itself.
     *
     * @param mapping fast, and the same for the same name, since it is not asked again for each group; what it makes blank is {@code other}, and so is, with a
     *     warning in the log, a name for which it throws
     * @return new options
     */
    public MetricsOptions groupTag(UnaryOperator<String> mapping) {
        return new MetricsOptions(maxGroups, Objects.requireNonNull(mapping, "mapping"), maxAge, taskDurations);
    }

    /**
     * How old may be what a meter says of what is there now: within this time all meters show the same reading. Default: 1 s.
     *
     * @param age zero for a reading for each meter; not negative
     * @return new options
     */
    public MetricsOptions maxAge(Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("maxAge is " + age + "; it must be zero or more");
        }
        return new MetricsOptions(maxGroups, groupTag, age, taskDurations);
    }

    /**
     * Whether there is the timer {@code espalier.tasks.duration}, of each task from the beginning to the end of its code. It costs each task two looks at the clock, a thread-local and the
     * timer: about as much again as a task that does nothing. Default: false.
     *
     * @param timed whether to time tasks
     * @return new options
     */
    public MetricsOptions taskDurations(boolean timed) {
        return new MetricsOptions(maxGroups, groupTag, maxAge, timed);
    }

    /**
     * The number of names.
     *
     * @return zero or more
     */
    public int maxGroups() {
        return maxGroups;
    }

    /**
     * The mapping of names.
     *
     * @return never null
     */
    public UnaryOperator<String> groupTag() {
        return groupTag;
    }

    /**
     * The age of a reading.
     *
     * @return not negative
     */
    public Duration maxAge() {
        return maxAge;
    }

    /**
     * Whether tasks are timed.
     *
     * @return false by default
     */
    public boolean taskDurations() {
        return taskDurations;
    }
}
