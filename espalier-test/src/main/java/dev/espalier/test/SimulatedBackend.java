// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import dev.espalier.test.internal.Laboratory;
import dev.espalier.test.internal.Simulated;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs code on one carrier thread, in an order and at a time that are drawn from a seed: the same seed gives the same
 * run. At every place where a thread blocks, ends or calls Espalier, the next one is drawn; the clock jumps when none
 * can go on.
 *
 * <p>Ordinary code runs unchanged: locks, {@code synchronized}, queues, futures, virtual threads that it starts by
 * itself. That needs JDK 25 and a flag for the test JVM, {@code --add-opens java.base/java.lang=ALL-UNNAMED}; without
 * it, only Espalier's own blocking points switch ({@link Exploration#portable}), and {@link #mode} says so. With the
 * agent of this module, every access to shared memory in the classes that it weaves is a place where the next thread
 * is drawn, so that races without any blocking are found too; see the guide.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=run}
 *
 * <p>What it does not do: it does not simulate memory that is weaker than sequential consistency, nor I/O, nor the
 * JDK's timed waits, which take as much real time as they say, when nothing else can go on.
 *
 * <p><b>Failure.</b> What the body throws. {@link DeadlockError} if no thread can go on; {@link LeakError} if the
 * body has ended and left a thread or a timer; {@link SimulationError} if it does not end.
 *
 * <p><b>Threads.</b> Several simulations may run at once, each on its own carrier. The body runs on a virtual thread,
 * the first of the simulation. Inside a simulation, another cannot be started.
 *
 * <p>After the auto-jumping clock of Trio, the controlled scheduling of Coyote, loom and Fray, and PCT.
 *
 * @since 0.1
 */
public final class SimulatedBackend implements Backend {
    private final Simulated simulated;

    private SimulatedBackend(Simulated simulated) {
        this.simulated = simulated;
    }

    /**
     * What a simulation runs.
     *
     * @param <T> its result
     * @param <X> what it throws
     */
    @FunctionalInterface
    public interface SimulatedBody<T extends @Nullable Object, X extends Exception> {
        /**
         * Runs on the first thread of the simulation.
         *
         * @param simulation the simulation
         * @return the result
         * @throws X any failure
         * @throws InterruptedException if the thread is interrupted
         */
        T call(Simulation simulation) throws X, InterruptedException;
    }

    /** What an exploration runs, many times. */
    @FunctionalInterface
    public interface SimulatedAction {
        /**
         * Runs on the first thread of the simulation.
         *
         * @param simulation the simulation
         * @throws Exception any failure
         */
        void run(Simulation simulation) throws Exception;
    }

    /**
     * Runs a body once.
     *
     * @param seed everything is drawn from it
     * @param body the code
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException what it throws, or if the caller is interrupted
     */
    public static <T extends @Nullable Object, X extends Exception> T run(long seed, SimulatedBody<T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return Laboratory.run(Exploration.seeds(1).from(seed), body, SimulatedBackend::new);
    }

    /**
     * Runs a body once more as it ran before.
     *
     * @param schedule what was decided then
     * @param body the same code
     * @param <T> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException what it throws, or if the caller is interrupted
     */
    public static <T extends @Nullable Object, X extends Exception> T replay(
            Schedule schedule, SimulatedBody<T, X> body) throws X, InterruptedException {
        Objects.requireNonNull(schedule, "schedule");
        Objects.requireNonNull(body, "body");
        return Laboratory.replay(Exploration.seeds(1), schedule, body, SimulatedBackend::new);
    }

    /**
     * Runs a body under many seeds, and looks for those under which it fails.
     *
     * @param options how many, and how
     * @param body the code; everything that it uses must be made anew by it
     * @return what was found
     * @throws InterruptedException if the caller is interrupted
     */
    public static Findings explore(Exploration options, SimulatedAction body) throws InterruptedException {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(body, "body");
        return Laboratory.explore(options, body, SimulatedBackend::new);
    }

    /**
     * Where simulations can switch here.
     *
     * @return one line; in the portable mode, what to add to the command line
     */
    public static String mode() {
        return Laboratory.mode();
    }

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return simulated.newThread(task, name, inheritThreadLocals);
    }

    @Override
    public long nanoTime() {
        return simulated.nanoTime();
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        return simulated.schedule(action, delayNanos);
    }

    @Override
    public void park(Object blocker) {
        simulated.park(blocker);
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        simulated.parkNanos(blocker, nanos);
    }

    @Override
    public void checkpoint() {
        simulated.checkpoint();
    }

    @Override
    public void unpark(Thread thread) {
        simulated.unpark(thread);
    }

    @Override
    public String toString() {
        return simulated.toString();
    }
}
