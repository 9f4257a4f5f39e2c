// SPDX-License-Identifier: Apache-2.0

package dev.espalier.pool;

import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link ResourcePool} behaves. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.GuidePoolExamples" region="options"}
 *
 * <p>No lock is held while one of the callbacks runs. They may borrow from the same pool; where that can never end, the borrowing says so.
 *
 * @param <T> the resource
 * @since 0.1
 */
public final class PoolOptions<T> {
    private final Values<T> values;

    private PoolOptions(Values<T> values) {
        this.values = values;
    }

    /** The fields, written only between {@code with} and the constructor. */
    private static final class Values<T> implements Cloneable {
        @Nullable
        String name;

        int maxSize = 10;

        @Nullable
        PoolAction<? super T, ?> closer;

        @Nullable
        ResourceCheck<? super T> validate;

        Duration validateAfterIdle = Duration.ZERO;

        @Nullable
        KeepPolicy<? super T> keepIf;

        @Nullable
        PoolAction<? super T, ?> reset;

        @Nullable
        Duration idleTimeout;

        @Nullable
        Duration maxLifetime;

        Duration closeLimit = Duration.ofSeconds(5);
        Duration drainLimit = Duration.ofSeconds(30);

        @Nullable
        Backend backend;

        boolean leaseSites = Boolean.getBoolean("espalier.forkSites");

        @Override
        @SuppressWarnings("unchecked") // a clone is of the same class
        protected Values<T> clone() {
            try {
                return (Values<T>) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private interface Change<T> {
        void on(Values<T> values);
    }

    private PoolOptions<T> with(Change<T> change) {
        var copy = values.clone();
        change.on(copy);
        return new PoolOptions<>(copy);
    }

    /**
     * What a pool has when nothing is said.
     *
     * @param <T> the resource
     * @return the defaults
     */
    public static <T> PoolOptions<T> defaults() {
        return new PoolOptions<>(new Values<>());
    }

    private static Duration positive(Duration value, String option) {
        if (!Objects.requireNonNull(value, option).isPositive()) {
            throw new IllegalArgumentException(option + " is " + value + "; it must be more than zero");
        }
        return value;
    }

    /**
     * The pool's name, for messages and tools. Default: one made of a number.
     *
     * @param name not blank
     * @return new options
     */
    public PoolOptions<T> name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a pool is blank; leave it out or give it one");
        }
        return with(v -> v.name = name);
    }

    /**
     * How many resources may be open at once, those being opened and closed included. Default: 10.
     *
     * @param maxSize at least 1
     * @return new options
     */
    public PoolOptions<T> maxSize(int maxSize) {
        if (maxSize < 1) {
            throw new IllegalArgumentException("maxSize is " + maxSize + "; it must be at least 1");
        }
        return with(v -> v.maxSize = maxSize);
    }

    /**
     * How a resource is closed. Default: by its {@link AutoCloseable#close}; one that has none is refused when it has been opened.
     *
     * @param closer closes it; {@code _ -> {}} if there is nothing to close
     * @return new options
     */
    public PoolOptions<T> closer(PoolAction<? super T, ?> closer) {
        Objects.requireNonNull(closer, "closer");
        return with(v -> v.closer = closer);
    }

    /**
     * Looks, before a resource that was idle is lent, whether it can still be used. One that cannot is closed and replaced before the
     * borrower gets any. Default: none are checked.
     *
     * @param check runs on the borrower's thread, and is reached by its cancellation; then the resource is closed
     * @return new options
     */
    public PoolOptions<T> validate(ResourceCheck<? super T> check) {
        Objects.requireNonNull(check, "check");
        return with(v -> v.validate = check);
    }

    /**
     * Leaves out the check of a resource that was used a moment ago, and not damaged. Default: zero, each is checked.
     *
     * @param idle how long it must have been idle to be checked
     * @return new options
     */
    public PoolOptions<T> validateAfterIdle(Duration idle) {
        Objects.requireNonNull(idle, "idle");
        return with(v -> v.validateAfterIdle = idle);
    }

    /**
     * Decides whether a resource goes back to the pool although its use failed or was cancelled. One that does is checked before it is lent again,
     * however short it was idle. Default: none does (S3).
     *
     * @param policy true keeps it
     * @return new options
     */
    public PoolOptions<T> keepIf(KeepPolicy<? super T> policy) {
        Objects.requireNonNull(policy, "policy");
        return with(v -> v.keepIf = policy);
    }

    /**
     * Brings a resource that goes back to the pool into its first state: rolls back what was not committed, for example. If it throws, or takes longer than
     * {@link #closeLimit}, the resource is closed, and the reason is logged. Default: nothing is done.
     *
     * @param action runs on the thread that returns the resource, protected from its cancellation
     * @return new options
     */
    public PoolOptions<T> reset(PoolAction<? super T, ?> action) {
        Objects.requireNonNull(action, "action");
        return with(v -> v.reset = action);
    }

    /**
     * Closes a resource that nobody has used for a time. Default: never.
     *
     * @param idle more than zero
     * @return new options
     */
    public PoolOptions<T> idleTimeout(Duration idle) {
        positive(idle, "idleTimeout");
        return with(v -> v.idleTimeout = idle);
    }

    /**
     * Closes a resource that has been open for a time: at once if it is idle, else when it is returned. Each ends a little earlier, by up to a tenth, so that
     * not all end at once. Default: never.
     *
     * @param lifetime more than zero
     * @return new options
     */
    public PoolOptions<T> maxLifetime(Duration lifetime) {
        positive(lifetime, "maxLifetime");
        return with(v -> v.maxLifetime = lifetime);
    }

    /**
     * How long closing one resource may take, and {@link #keepIf} and {@link #reset}: after it, the thread is interrupted, and that is logged with its
     * stack. One that does not end even so keeps its place in the pool, and its thread. Default: 5 seconds.
     *
     * @param limit more than zero
     * @return new options
     */
    public PoolOptions<T> closeLimit(Duration limit) {
        positive(limit, "closeLimit");
        return with(v -> v.closeLimit = limit);
    }

    /**
     * How long {@link ResourcePool#close()} waits for what is lent. Default: 30 seconds.
     *
     * @param limit zero and negative do not wait
     * @return new options
     */
    public PoolOptions<T> drainLimit(Duration limit) {
        Objects.requireNonNull(limit, "limit");
        return with(v -> v.drainLimit = limit);
    }

    /**
     * What the pool's own timers and threads run on, and whose clock it reads. Default: that of the code that opens the pool.
     *
     * @param backend the backend
     * @return new options
     */
    public PoolOptions<T> backend(Backend backend) {
        Objects.requireNonNull(backend, "backend");
        return with(v -> v.backend = backend);
    }

    /**
     * Whether the pool remembers where each lease was acquired: costs a stack trace for each. Default: the system property
     * {@code espalier.forkSites}, which tests should set to true.
     *
     * @param shown whether to record it
     * @return new options
     */
    public PoolOptions<T> leaseSites(boolean shown) {
        return with(v -> v.leaseSites = shown);
    }

    /**
     * The name.
     *
     * @return null if none was given
     */
    public @Nullable String name() {
        return values.name;
    }

    /**
     * The number of resources.
     *
     * @return at least 1
     */
    public int maxSize() {
        return values.maxSize;
    }

    /**
     * The closer.
     *
     * @return null if none was given
     */
    public @Nullable PoolAction<? super T, ?> closer() {
        return values.closer;
    }

    /**
     * The check.
     *
     * @return null if there is none
     */
    public @Nullable ResourceCheck<? super T> validate() {
        return values.validate;
    }

    /**
     * How long a resource that is checked was idle.
     *
     * @return zero or negative if each is checked
     */
    public Duration validateAfterIdle() {
        return values.validateAfterIdle;
    }

    /**
     * The policy after failures.
     *
     * @return null if there is none
     */
    public @Nullable KeepPolicy<? super T> keepIf() {
        return values.keepIf;
    }

    /**
     * What is done with resources that go back.
     *
     * @return null if there is nothing
     */
    public @Nullable PoolAction<? super T, ?> reset() {
        return values.reset;
    }

    /**
     * The idle timeout.
     *
     * @return null if there is none
     */
    public @Nullable Duration idleTimeout() {
        return values.idleTimeout;
    }

    /**
     * The lifetime.
     *
     * @return null if there is none
     */
    public @Nullable Duration maxLifetime() {
        return values.maxLifetime;
    }

    /**
     * The limit for one closing.
     *
     * @return more than zero
     */
    public Duration closeLimit() {
        return values.closeLimit;
    }

    /**
     * The limit for the end of the pool.
     *
     * @return zero or negative if it does not wait
     */
    public Duration drainLimit() {
        return values.drainLimit;
    }

    /**
     * The backend.
     *
     * @return null if it is that of the code that opens the pool
     */
    public @Nullable Backend backend() {
        return values.backend;
    }

    /**
     * Whether it is recorded where leases were acquired.
     *
     * @return false by default
     */
    public boolean leaseSites() {
        return values.leaseSites;
    }
}
