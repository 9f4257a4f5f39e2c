// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * How an application ends. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.GuideApplicationExamples" region="options"}
 *
 * <p>Whoever stops the process from outside should be more patient than all of these together: {@link #hookLimit} for each hook and resource that hangs,
 * {@link #grace}, and {@link #hardLimit}. Kubernetes gives 30 seconds unless told otherwise, systemd 90.
 *
 * @since 0.1
 */
public final class AppOptions {
    /** What an application has when nothing is said. */
    public static final AppOptions DEFAULT = new AppOptions(
            "app",
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            /* signals= */ true,
            Options.DEFAULT);

    private final String name;
    private final Duration grace;
    private final Duration hardLimit;
    private final Duration hookLimit;
    private final boolean signals;
    private final Options taskOptions;

    private AppOptions(
            String name, Duration grace, Duration hardLimit, Duration hookLimit, boolean signals, Options taskOptions) {
        this.name = name;
        this.grace = grace;
        this.hardLimit = hardLimit;
        this.hookLimit = hookLimit;
        this.signals = signals;
        this.taskOptions = taskOptions;
    }

    /**
     * The application's name, for messages and tools. Default: {@code app}.
     *
     * @param value not blank
     * @return new options
     */
    public AppOptions name(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("the name of an application is blank; leave it out or give it one");
        }
        return new AppOptions(value, grace, hardLimit, hookLimit, signals, taskOptions);
    }

    /**
     * How long a shutdown waits, after the intake has stopped, for work to end by itself before it is cancelled. Default: 10 seconds.
     *
     * @param value zero cancels at once
     * @return new options
     */
    public AppOptions grace(Duration value) {
        return new AppOptions(name, notNegative(value, "grace"), hardLimit, hookLimit, signals, taskOptions);
    }

    /**
     * How long a shutdown waits for cancelled work before it goes on without what is left, and names it. Default: 5 seconds.
     *
     * @param value zero or more
     * @return new options
     */
    public AppOptions hardLimit(Duration value) {
        return new AppOptions(name, grace, notNegative(value, "hardLimit"), hookLimit, signals, taskOptions);
    }

    /**
     * How long a shutdown waits for one hook, or for one resource to close, before it goes on to the next. Default: 5 seconds for each.
     *
     * @param value more than zero
     * @return new options
     */
    public AppOptions hookLimit(Duration value) {
        if (!Objects.requireNonNull(value, "hookLimit").isPositive()) {
            throw new IllegalArgumentException("hookLimit is " + value + "; it must be more than zero");
        }
        return new AppOptions(name, grace, hardLimit, value, signals, taskOptions);
    }

    /**
     * Whether the application shuts down when the JVM exits: at SIGTERM and SIGINT, at {@link System#exit}, and when the last thread that is no daemon has
     * ended. Default: true.
     *
     * @param value false for tests, and where a framework calls {@link ApplicationScope#shutdown()}
     * @return new options
     */
    public AppOptions signals(boolean value) {
        return new AppOptions(name, grace, hardLimit, hookLimit, value, taskOptions);
    }

    /**
     * The options with which the groups of the application begin: its backend, cancel policy, observer, and what tasks inherit. Name, limit and timeout belong to one group
     * and are refused here. Default: {@link Options#DEFAULT}, on the backend of the code that creates the application.
     *
     * @param value from the options so far to those wanted
     * @return new options
     */
    public AppOptions taskOptions(UnaryOperator<Options> value) {
        Options changed =
                Objects.requireNonNull(value.apply(taskOptions), "what the operator of the task options returned");
        if (changed.name() != null || changed.limit() != Integer.MAX_VALUE || changed.timeout() != null) {
            throw new IllegalArgumentException(
                    "taskOptions has a name, a limit or a timeout, which would hold for every"
                            + " group of the application; give them to one group: app.run(o -> o.limit(16), ...)");
        }
        return new AppOptions(name, grace, hardLimit, hookLimit, signals, changed);
    }

    static Duration notNegative(Duration value, String name) {
        if (Objects.requireNonNull(value, name).isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be zero or more");
        }
        return value;
    }

    /**
     * The name.
     *
     * @return not blank
     */
    public String name() {
        return name;
    }

    /**
     * The grace.
     *
     * @return zero or more
     */
    public Duration grace() {
        return grace;
    }

    /**
     * The hard limit.
     *
     * @return zero or more
     */
    public Duration hardLimit() {
        return hardLimit;
    }

    /**
     * The limit of a hook.
     *
     * @return positive
     */
    public Duration hookLimit() {
        return hookLimit;
    }

    /**
     * Whether the JVM's exit shuts it down.
     *
     * @return true by default
     */
    public boolean signals() {
        return signals;
    }

    /**
     * The options with which groups begin.
     *
     * @return without name, limit and timeout
     */
    public Options taskOptions() {
        return taskOptions;
    }
}
