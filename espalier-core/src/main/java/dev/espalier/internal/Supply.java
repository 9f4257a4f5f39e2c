// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.pool.OpenFailedException;
import dev.espalier.pool.PoolOptions;
import dev.espalier.pool.ResourceCheck;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Opens a pool's resources and checks those that were idle, on the thread that has the slot, in that thread's own scope. */
final class Supply<T> {
    /** The golden ratio's fraction: multiples of it are spread evenly, however many there are. */
    private static final double SPREAD = 0.618_033_988_749_895;

    private final Callable<? extends T> factory;
    private final PoolOptions<T> options;
    private final PoolLine<T> line;
    private final AtomicLong opened = new AtomicLong();

    Supply(Callable<? extends T> factory, PoolOptions<T> options, PoolLine<T> line) {
        this.factory = factory;
        this.options = options;
        this.line = line;
    }

    /** Whether what is in it can still be used; asks the user's check, if that is due. */
    boolean isSound(Slot<T> slot) throws InterruptedException {
        ResourceCheck<? super T> check = options.validate();
        if (check == null || !line.isDoubtful(slot, line.now())) {
            return true;
        }
        boolean sound = false;
        try {
            sound = check.test(Objects.requireNonNull(slot.resource));
        } catch (Exception e) {
            throwIfEnded(e);
            Log.warn(
                    "the check of a resource of " + line.describe() + " threw; the resource is closed and replaced", e);
        }
        throwIfEnded(null); // an interrupt may have damaged it
        return sound;
    }

    /** Opens a resource and puts it into its slot. */
    void open(Slot<T> slot) throws InterruptedException {
        T resource;
        try {
            resource = factory.call();
        } catch (Exception e) {
            throwIfEnded(e);
            throw new OpenFailedException(
                    "the factory of " + line.describe() + " could not open a resource: " + Shown.of(e), e);
        }
        if (resource == null) {
            throw new NullPointerException("the factory of " + line.describe()
                    + " returned null; it must return a resource, or throw what keeps it from opening one");
        }
        if (options.closer() == null && !(resource instanceof AutoCloseable)) {
            throw new IllegalStateException("a " + resource.getClass().getName() + " of " + line.describe()
                    + " is not AutoCloseable; say how it is closed with the option closer(...), or closer(_ -> {}) if"
                    + " there is nothing to close");
        }
        if (!line.opened(slot, resource, life())) {
            throw new IllegalStateException("the factory of " + line.describe()
                    + " returned a resource that is in the pool already; it must open a new one at every call");
        }
    }

    /** Throws if the caller is cancelled, and what it threw tells of that, or it threw nothing; or if it was interrupted. */
    private static void throwIfEnded(@Nullable Exception thrown) throws InterruptedException {
        Scope here = Scope.current();
        if (here.isEffectivelyCancelled() && (thrown == null || Cancellation.isCancellation(thrown))) {
            CancelledException cancelled =
                    Objects.requireNonNull(Strands.current()).cancelled(/* consumed= */ false);
            throw thrown == null ? cancelled : new CancelledException(cancelled.reason(), thrown);
        }
        if (thrown instanceof InterruptedException interrupted) {
            throw interrupted;
        }
    }

    /** How long the next one lives, in nanoseconds; {@link Long#MAX_VALUE} for ever. */
    private long life() {
        Duration lifetime = options.maxLifetime();
        if (lifetime == null) {
            return Long.MAX_VALUE;
        }
        long part = (long) (opened.getAndIncrement() * SPREAD % 1.0 * 100);
        return Slot.nanos(lifetime.minus(lifetime.dividedBy(1000).multipliedBy(part)));
    }
}
