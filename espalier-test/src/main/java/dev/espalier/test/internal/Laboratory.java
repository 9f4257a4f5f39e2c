// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Espalier;
import dev.espalier.spi.Backend;
import dev.espalier.test.Exploration;
import dev.espalier.test.Findings;
import dev.espalier.test.LeakError;
import dev.espalier.test.Schedule;
import dev.espalier.test.SimulatedBackend.SimulatedAction;
import dev.espalier.test.SimulatedBackend.SimulatedBody;
import dev.espalier.test.Simulation;
import dev.espalier.test.SimulationError;
import dev.espalier.test.Trace;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs worlds: once, again, or many. */
public final class Laboratory {
    /*
     * A world is driven by a platform thread of its own, so that the caller can watch: if the driver resumes nobody
     * for a while, some thread loops or blocks where the world cannot switch, and the driver is lost with it. It is a
     * daemon, and the run fails with its stack.
     */
    private static final int LONGEST_LINE = 200;

    private Laboratory() {}

    /** What came of a run. */
    record Result(
            @Nullable Object value,
            @Nullable Throwable thrown,
            Trace trace,
            Schedule schedule,
            long steps,
            boolean woken) {}

    /** A test, whatever it returns. */
    private interface Experiment {
        @Nullable
        Object run(Simulation simulation) throws Throwable;
    }

    /**
     * Runs a body under the first seed.
     *
     * @param options how
     * @param body what
     * @param backends makes the public type
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException if the caller is interrupted
     */
    public static <T extends @Nullable Object, X extends Exception> T run(
            Exploration options, SimulatedBody<T, X> body, Function<Simulated, Backend> backends)
            throws X, InterruptedException {
        return value(one(Run.explore(options, options.from()), body::call, backends));
    }

    /**
     * Runs a body with a schedule.
     *
     * @param options how
     * @param schedule which
     * @param body what
     * @param backends makes the public type
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException if the caller is interrupted
     */
    public static <T extends @Nullable Object, X extends Exception> T replay(
            Exploration options, Schedule schedule, SimulatedBody<T, X> body, Function<Simulated, Backend> backends)
            throws X, InterruptedException {
        return value(one(Run.replay(options, schedule), body::call, backends));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"}) // the body's own types
    private static <T extends @Nullable Object, X extends Throwable> T value(Result result) throws X {
        if (result.thrown != null) {
            throw (X) result.thrown;
        }
        return (T) result.value;
    }

    /**
     * Runs a body under many seeds.
     *
     * @param options how
     * @param body what
     * @param backends makes the public type
     * @return what was found
     * @throws InterruptedException if the caller is interrupted
     */
    public static Findings explore(Exploration options, SimulatedAction body, Function<Simulated, Backend> backends)
            throws InterruptedException {
        Experiment experiment = simulation -> {
            body.run(simulation);
            return null;
        };
        var findings = new ArrayList<Findings.Finding>();
        long steps = 0;
        int runs = 0;
        long began = System.nanoTime();
        while (runs < options.seeds() && findings.size() < options.stopAfter()) {
            var result = one(Run.explore(options, options.from() + runs), experiment, backends);
            runs++;
            steps += result.steps;
            if (result.thrown != null) {
                var shrunk = options.isShrinking() && result.trace.isReplayable()
                        ? Shrinking.of(options, result, run -> one(run, experiment, backends))
                        : result;
                findings.add(new Findings.Finding(
                        result.schedule.seed(),
                        Objects.requireNonNull(shrunk.thrown),
                        shrunk.schedule,
                        withPlaces(options, shrunk, experiment, backends),
                        result.schedule));
            }
        }
        return new Findings(runs, steps, System.nanoTime() - began, findings);
    }

    /** The trace of a run that is repeated to see where its threads were; as it was, if it does not repeat. */
    private static Trace withPlaces(
            Exploration options, Result result, Experiment experiment, Function<Simulated, Backend> backends)
            throws InterruptedException {
        if (!options.isShrinking() || !result.trace.isReplayable()) {
            return result.trace;
        }
        var again = one(Run.replay(options, result.schedule).withPlaces(), experiment, backends);
        return again.thrown != null && again.schedule.equals(result.schedule) ? again.trace : result.trace;
    }

    /**
     * How the simulation works here.
     *
     * @return one line
     */
    public static String mode() {
        return Door.open() == null
                ? Door.closed()
                : "the simulation switches at every blocking call, and at every access to memory in classes that are"
                        + " woven";
    }

    private static Result one(Run run, Experiment body, Function<Simulated, Backend> backends)
            throws InterruptedException {
        if (Worlds.here() != null) {
            throw new IllegalStateException("this code runs in a simulation already; start another one from outside");
        }
        var world = new World(run);
        var backend = backends.apply(world.simulated());
        var root = new Root(world, backend, body);
        var done = new CompletableFuture<@Nullable Void>();
        var driver = Thread.ofPlatform().daemon().name("espalier-simulation").unstarted(() -> {
            try {
                world.drive(world.machine().newThread(root, "test", /* inheritThreadLocals= */ true));
                done.complete(null);
            } catch (Throwable t) { // a defect of the simulation
                done.completeExceptionally(t);
            }
        });
        driver.start();
        SimulationError stuck = watch(world, driver, done);
        return root.result(stuck);
    }

    /** Returns when the run has ended; an error if it never will. */
    private static @Nullable SimulationError watch(World world, Thread driver, CompletableFuture<?> done)
            throws InterruptedException {
        while (true) {
            long beat = world.beat();
            try {
                var _ = done.get(Clock.nanos(world.run.options().stuckAfter()), TimeUnit.NANOSECONDS);
                return null;
            } catch (ExecutionException e) {
                throw new LinkageError("the simulation itself failed", e.getCause());
            } catch (TimeoutException e) {
                if (beat == world.beat() && !world.outside().isWaiting()) {
                    return stuck(world, driver);
                }
            }
        }
    }

    private static SimulationError stuck(World world, Thread driver) {
        SimThread thread = world.lastThread();
        var error = new SimulationError((thread == null ? "the simulation" : thread.label())
                + " has run for " + world.run.options().stuckAfter().toMillis()
                + " ms without coming to a point where the simulation can switch (seed " + world.run.seed()
                + "): it computes, loops, or blocks in native code or a class initializer. Its stack is that"
                + " of this error");
        error.setStackTrace((thread == null ? driver : thread.thread).getStackTrace());
        return error;
    }

    /** The test's own thread. */
    private static final class Root implements Runnable {
        private final World world;
        private final Backend backend;
        private final Experiment body;
        private @Nullable Object value;
        private @Nullable Throwable thrown;

        Root(World world, Backend backend, Experiment body) {
            this.world = world;
            this.backend = backend;
            this.body = body;
        }

        @Override
        public void run() {
            var handle = new Handle(world, backend);
            try {
                value = Espalier.<@Nullable Object, Exception>run(backend, () -> {
                    try {
                        return body.run(handle);
                    } catch (Exception | Error e) {
                        throw e;
                    } catch (Throwable t) {
                        throw new AssertionError(t);
                    }
                });
                if (Thread.interrupted()) {
                    throw new LeakError(
                            "the test's thread has ended with its interrupt status set (seed " + world.run.seed()
                                    + "): an interrupt has leaked out of its scope, or the test has not consumed its"
                                    + " own");
                }
            } catch (Throwable t) { // the outcome of the run
                thrown = t;
            }
        }

        Result result(@Nullable SimulationError stuck) {
            SimulationError wrong = stuck != null ? stuck : world.failure();
            Throwable failed = wrong instanceof LeakError && thrown != null ? thrown : wrong;
            if (failed == null) {
                failed = thrown;
            } else if (failed == thrown) {
                failed.addSuppressed(Objects.requireNonNull(wrong));
            }
            var outcome = failed == null ? "passed" : "failed: " + oneLine(failed);
            world.journal().ended(outcome);
            return new Result(
                    value,
                    failed,
                    world.journal().trace(),
                    world.journal().schedule(),
                    world.steps(),
                    world.outside().everWoke());
        }
    }

    /** Our own errors say it in their first line; what others throw may begin with an empty one. */
    private static String oneLine(Throwable failed) {
        var text = failed.toString();
        int end = failed instanceof SimulationError ? text.indexOf('\n') : -1;
        var line = (end < 0 ? text : text.substring(0, end)).strip().replaceAll("\\s+", " ");
        return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "..." : line;
    }
}
