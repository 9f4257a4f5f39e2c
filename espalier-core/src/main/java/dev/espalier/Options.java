// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.spi.Backend;
import dev.espalier.spi.ContextPropagator;
import dev.espalier.spi.TaskObserver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a group behaves. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.GuideExamples" region="options"}
 *
 * @since 0.1
 */
public final class Options {
    /** What a group has when nothing is said. */
    public static final Options DEFAULT = new Options(new Values());

    private final Values values;

    private Options(Values values) {
        this.values = values;
    }

    /** The fields, written only between {@code with} and the constructor. */
    private static final class Values implements Cloneable {
        @Nullable
        String name;

        int limit = Integer.MAX_VALUE;
        FailurePolicy failurePolicy = FailurePolicy.CANCEL;

        @Nullable
        Duration timeout;

        int history = 1024;
        List<ScopedValue<?>> inherit = List.of();
        List<ContextPropagator> propagators = List.of();
        boolean inheritThreadLocals = true;

        @Nullable
        Backend backend;

        @Nullable
        CancelPolicy cancelPolicy;

        @Nullable
        TaskObserver observer;

        boolean forkSites = Boolean.getBoolean("espalier.forkSites");

        @Override
        protected Values clone() {
            try {
                return (Values) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private interface Change {
        void on(Values values);
    }

    private Options with(Change change) {
        var copy = values.clone();
        change.on(copy);
        return new Options(copy);
    }

    /**
     * The group's name, for messages and tools. Default: one made of a number.
     *
     * @param name not blank
     * @return new options
     */
    public Options name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a group is blank; leave it out or give it one");
        }
        return with(v -> v.name = name);
    }

    /**
     * How many tasks may run at once; {@code fork} waits for a place, first come first served. Default: no limit.
     *
     * @param limit at least 1
     * @return new options
     */
    public Options limit(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be at least 1");
        }
        return with(v -> v.limit = limit);
    }

    /**
     * What the failure of a task means for the group. Default: {@link FailurePolicy#CANCEL}.
     *
     * @param policy the policy
     * @return new options
     */
    public Options failurePolicy(FailurePolicy policy) {
        Objects.requireNonNull(policy, "policy");
        return with(v -> v.failurePolicy = policy);
    }

    /**
     * How long the body and all tasks may take, from the opening of the group. If it cuts any of them short, the group fails
     * with a {@link DeadlineExceededException}. Default: no timeout.
     *
     * @param timeout zero and negative have passed at once
     * @return new options
     */
    public Options timeout(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        return with(v -> v.timeout = timeout);
    }

    /**
     * How many terminated tasks a group remembers for its lists, and how many failures (at least 16). Default: 1,024.
     *
     * @param history zero or more
     * @return new options
     */
    public Options history(int history) {
        if (history < 0) {
            throw new IllegalArgumentException("history is " + history + "; it must be zero or more");
        }
        return with(v -> v.history = history);
    }

    /**
     * The scoped values that tasks see as they are bound where the task is forked; one that is not bound there is not bound in the task.
     * Default: none.
     *
     * @param inherited the scoped values, in place of those named before
     * @return new options
     */
    public Options inherit(ScopedValue<?>... inherited) {
        var list = List.of(inherited);
        return with(v -> v.inherit = list);
    }

    /**
     * What carries thread-bound context into the tasks, besides the propagators found by {@link java.util.ServiceLoader}. Default: none.
     *
     * @param propagators in place of those named before
     * @return new options
     */
    public Options propagators(ContextPropagator... propagators) {
        var list = List.of(propagators);
        return with(v -> v.propagators = list);
    }

    /**
     * Whether tasks start with the inheritable thread-locals of the thread that forks them. Default: true, as in the JDK; false saves
     * memory and time where many are set.
     *
     * @param inherited whether to inherit
     * @return new options
     */
    public Options inheritThreadLocals(boolean inherited) {
        return with(v -> v.inheritThreadLocals = inherited);
    }

    /**
     * What the tasks run on. Default: that of the group or the {@link Espalier#run} around it, else virtual threads.
     *
     * @param backend the backend
     * @return new options
     */
    public Options backend(Backend backend) {
        Objects.requireNonNull(backend, "backend");
        return with(v -> v.backend = backend);
    }

    /**
     * How insistently the group cancels. Default: that of the group around it, else {@link CancelPolicy#DEFAULT}.
     *
     * @param policy the policy
     * @return new options
     */
    public Options cancelPolicy(CancelPolicy policy) {
        Objects.requireNonNull(policy, "policy");
        return with(v -> v.cancelPolicy = policy);
    }

    /**
     * Who is told of what happens in this group and in groups below it, besides the observers found by
     * {@link java.util.ServiceLoader}. Default: that of the group around it.
     *
     * @param observer the observer
     * @return new options
     */
    public Options observer(TaskObserver observer) {
        Objects.requireNonNull(observer, "observer");
        return with(v -> v.observer = observer);
    }

    /**
     * Whether a failure shows where its task was forked: costs a stack trace for each fork. Default: the system property
     * {@code espalier.forkSites}, which tests should set to true.
     *
     * @param shown whether to record it
     * @return new options
     */
    public Options forkSites(boolean shown) {
        return with(v -> v.forkSites = shown);
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
     * The limit.
     *
     * @return {@link Integer#MAX_VALUE} if there is none
     */
    public int limit() {
        return values.limit;
    }

    /**
     * The failure policy.
     *
     * @return never null
     */
    public FailurePolicy failurePolicy() {
        return values.failurePolicy;
    }

    /**
     * The timeout.
     *
     * @return null if there is none
     */
    public @Nullable Duration timeout() {
        return values.timeout;
    }

    /**
     * The length of the history.
     *
     * @return zero or more
     */
    public int history() {
        return values.history;
    }

    /**
     * The inherited scoped values.
     *
     * @return unmodifiable
     */
    public List<ScopedValue<?>> inherit() {
        return values.inherit;
    }

    /**
     * The propagators named here.
     *
     * @return unmodifiable
     */
    public List<ContextPropagator> propagators() {
        return values.propagators;
    }

    /**
     * Whether inheritable thread-locals are inherited.
     *
     * @return true by default
     */
    public boolean inheritThreadLocals() {
        return values.inheritThreadLocals;
    }

    /**
     * The backend.
     *
     * @return null if it is inherited
     */
    public @Nullable Backend backend() {
        return values.backend;
    }

    /**
     * The cancel policy.
     *
     * @return null if it is inherited
     */
    public @Nullable CancelPolicy cancelPolicy() {
        return values.cancelPolicy;
    }

    /**
     * The observer.
     *
     * @return null if it is inherited
     */
    public @Nullable TaskObserver observer() {
        return values.observer;
    }

    /**
     * Whether fork sites are recorded.
     *
     * @return false by default
     */
    public boolean forkSites() {
        return values.forkSites;
    }
}
