// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import dev.espalier.micrometer.internal.Accounts;
import dev.espalier.micrometer.internal.Meters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Metrics of all groups and tasks of the program.
 *
 * {@snippet class="dev.espalier.micrometer.examples.MetricsExamples" region="bind"}
 *
 * <p>What there is, by the tag {@code group}, which is the name that groups were given ({@code unnamed} for those that were given none):
 *
 * <ul>
 *   <li>{@code espalier.groups.open}, {@code espalier.tasks.live}, {@code espalier.tasks.stuck}, {@code espalier.forks.waiting}: what is there now
 *   <li>{@code espalier.tasks.forked}, {@code espalier.tasks.ended} by {@code outcome}: of all groups that were open when this was bound, or were opened since
 *   <li>{@code espalier.groups.duration}: how many groups have closed, and how long they took together
 *   <li>{@code espalier.tasks.duration}: a timer, only with {@link MetricsOptions#taskDurations}
 * </ul>
 *
 * <p>Of the whole program: {@code espalier.cancellations} of scopes, by {@code reason}, and {@code espalier.stuck.reports}.
 *
 * <p><b>What it costs.</b> A task nothing: its group counts it anyway. A group some ten nanoseconds when it closes. A reading walks over everything that lives, once for all meters that are
 * read within {@link MetricsOptions#maxAge}: some ten milliseconds for a million tasks.
 *
 * <p>Counters never go down. A group that closes during a reading may be missing in it, and is there in the next one.
 *
 * <p>A new name of a group gets its meters when the first group with it closes, or at the first reading while it is open: a registry that is just being scraped may show it
 * at the next scrape.
 *
 * <p><b>Failure.</b> What a registry throws, because it has other meters of these names, is thrown by {@code bindTo}, and for names that come later is logged.
 * <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any. <b>Memory.</b> Some meters for each name of a group, at most {@link MetricsOptions#maxGroups} names.
 *
 * <p>Pitfall: names that contain an id ({@code "order-4711"}). Each would be a time series of its own; those that are too many are counted as {@code other}. Give groups names of kinds, or
 * map them with {@link MetricsOptions#groupTag}.
 *
 * <p>Pitfall: two of these in one registry. It keeps the meters of the first, under whose names it finds the second's, until either is closed.
 *
 * @since 0.1
 */
public final class EspalierMetrics implements MeterBinder, AutoCloseable {
    private final Meters meters;

    /** Metrics as {@link MetricsOptions#DEFAULT} says. */
    public EspalierMetrics() {
        this(options -> options);
    }

    /**
     * Metrics as options say. Nothing is counted before they are bound.
     *
     * @param options from the default ones: {@code o -> o.taskDurations(true)}
     */
    public EspalierMetrics(UnaryOperator<MetricsOptions> options) {
        MetricsOptions all = Objects.requireNonNull(
                options.apply(MetricsOptions.DEFAULT), "what the operator of the options returned");
        meters = new Meters(new Accounts(all.maxGroups(), all.groupTag()), all.maxAge(), all.taskDurations());
    }

    /**
     * Registers the meters, and counts from now on. Again, in another registry: both have them. Again in the same one: does nothing.
     *
     * @param registry where
     * @throws IllegalStateException after {@link #close}
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        meters.bindTo(Objects.requireNonNull(registry, "registry"));
    }

    /** Counts no more, and takes the meters out of the registries. */
    @Override
    public void close() {
        meters.close();
    }
}
