// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import dev.espalier.TaskGroup;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which spans {@link GroupSpans} makes. Immutable; every method is named like the option and returns a new value.
 *
 * @since 0.1
 */
public final class SpanOptions {
    /** A span for each group, and none for tasks. */
    public static final SpanOptions DEFAULT = new SpanOptions(false, _ -> true);

    private final boolean tasks;
    private final Predicate<? super TaskGroup> only;

    private SpanOptions(boolean tasks, Predicate<? super TaskGroup> only) {
        this.tasks = tasks;
        this.only = only;
    }

    /**
     * Whether tasks have spans too. Default: false.
     *
     * @param spans whether
     * @return new options
     */
    public SpanOptions tasks(boolean spans) {
        return new SpanOptions(spans, only);
    }

    /**
     * Which groups have spans. Tasks of other groups have none. Default: all.
     *
     * @param groups is asked when a group is opened; fast
     * @return new options
     */
    public SpanOptions only(Predicate<? super TaskGroup> groups) {
        return new SpanOptions(tasks, Objects.requireNonNull(groups, "groups"));
    }

    /**
     * Whether tasks have spans.
     *
     * @return false by default
     */
    public boolean tasks() {
        return tasks;
    }

    /**
     * Which groups have spans.
     *
     * @return never null
     */
    public Predicate<? super TaskGroup> only() {
        return only;
    }
}
