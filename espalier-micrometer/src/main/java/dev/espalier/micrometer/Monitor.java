// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import dev.espalier.micrometer.internal.Watched;
import dev.espalier.pool.ResourcePool;
import dev.espalier.pool.WorkerPool;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of what tasks share: how much of it is taken, and who waits.
 *
 * {@snippet class="dev.espalier.micrometer.examples.MetricsExamples" region="monitor"}
 *
 * <p>Each meter has the tag {@code name}, which is given here: it should stay the same when the program starts again, and no two things of a kind in a registry should share one. The names of
 * the meters are with each method.
 *
 * <p>A registry does not keep a thing from being collected; when it is gone, its gauges are {@code NaN}. They cost nothing until they are read. A reading takes the snapshot that
 * {@code statistics()} is, with the thing's lock held for as long as it takes to copy the list of those who wait.
 *
 * <p><b>Failure.</b> {@code bindTo} throws what the registry throws. <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any.
 *
 * @since 0.1
 */
public final class Monitor {
    private Monitor() {}

    /**
     * Of a semaphore: {@code espalier.semaphore.permits}, {@code espalier.semaphore.available}, {@code espalier.semaphore.waiting}.
     *
     * @param name the value of the tag {@code name}
     * @param semaphore what is looked at
     * @return to be bound to a registry
     */
    public static MeterBinder of(String name, Semaphore semaphore) {
        return new Watched<>("espalier.semaphore", name, semaphore)
                .gauge(
                        "permits",
                        "permits",
                        "Permits that there are",
                        s -> s.statistics().permits())
                .gauge("available", "permits", "Permits that are free", s -> s.availablePermits())
                .gauge(
                        "waiting",
                        "threads",
                        "Threads that wait for a permit",
                        s -> s.statistics().waiting().size());
    }

    /**
     * Of a limiter: {@code espalier.limiter.tokens}, {@code espalier.limiter.borrowed}, {@code espalier.limiter.waiting}.
     *
     * @param name the value of the tag {@code name}
     * @param limiter what is looked at
     * @return to be bound to a registry
     */
    public static MeterBinder of(String name, CapacityLimiter limiter) {
        return new Watched<>("espalier.limiter", name, limiter)
                .gauge("tokens", "tokens", "Tokens that there are", l -> l.totalTokens())
                .gauge("borrowed", "tokens", "Tokens that are borrowed", l -> l.borrowedTokens())
                .gauge(
                        "waiting",
                        "threads",
                        "Threads that wait for a token",
                        l -> l.statistics().waiting().size());
    }

    /**
     * Of a rate limiter: {@code espalier.rate.limiter.available}, {@code espalier.rate.limiter.waiting}.
     *
     * @param name the value of the tag {@code name}
     * @param limiter what is looked at
     * @return to be bound to a registry
     */
    public static MeterBinder of(String name, RateLimiter limiter) {
        return new Watched<>("espalier.rate.limiter", name, limiter)
                .gauge(
                        "available",
                        "permits",
                        "How many could pass at once",
                        l -> l.statistics().available())
                .gauge(
                        "waiting",
                        "threads",
                        "Threads that wait to pass",
                        l -> l.statistics().waiting().size());
    }

    /**
     * Of a resource pool: {@code espalier.pool.size}, {@code espalier.pool.resources} by {@code state} ({@code idle}, {@code leased}, {@code opening}, {@code closing}),
     * {@code espalier.pool.waiting}.
     *
     * @param name the value of the tag {@code name}
     * @param pool what is looked at
     * @return to be bound to a registry
     */
    public static MeterBinder of(String name, ResourcePool<?> pool) {
        String open = "Resources that are open";
        return new Watched<ResourcePool<?>>("espalier.pool", name, pool)
                .gauge(
                        "size",
                        "resources",
                        "How many may be open",
                        p -> p.statistics().maxSize())
                .gauge("resources", "resources", open, p -> p.statistics().idle(), "state", "idle")
                .gauge(
                        "resources",
                        "resources",
                        open,
                        p -> p.statistics().leased().size(),
                        "state",
                        "leased")
                .gauge("resources", "resources", open, p -> p.statistics().opening(), "state", "opening")
                .gauge("resources", "resources", open, p -> p.statistics().closing(), "state", "closing")
                .gauge(
                        "waiting",
                        "threads",
                        "Threads that wait for a resource",
                        p -> p.statistics().waiting().size());
    }

    /**
     * Of a worker pool: {@code espalier.workers.size}, {@code espalier.workers.queued}, {@code espalier.workers.running}, {@code espalier.workers.waiting},
     * {@code espalier.workers.submitted}, {@code espalier.workers.ended} by {@code outcome} ({@code done}, {@code failed}).
     *
     * @param name the value of the tag {@code name}
     * @param pool what is looked at
     * @return to be bound to a registry
     */
    public static MeterBinder of(String name, WorkerPool<?> pool) {
        String ended = "Items that were handled";
        return new Watched<WorkerPool<?>>("espalier.workers", name, pool)
                .gauge(
                        "size",
                        "workers",
                        "Workers that there are",
                        p -> p.statistics().workers())
                .gauge(
                        "queued",
                        "items",
                        "Items that wait for a worker",
                        p -> p.statistics().queued())
                .gauge(
                        "running",
                        "items",
                        "Items that are being worked on",
                        p -> p.statistics().running().size())
                .gauge(
                        "waiting",
                        "threads",
                        "Threads that wait to submit",
                        p -> p.statistics().waiting().size())
                .counter(
                        "submitted",
                        "items",
                        "Items that were submitted",
                        p -> p.statistics().submitted())
                .counter("ended", "items", ended, p -> p.statistics().done(), "outcome", "done")
                .counter("ended", "items", ended, p -> p.statistics().failed(), "outcome", "failed");
    }
}
