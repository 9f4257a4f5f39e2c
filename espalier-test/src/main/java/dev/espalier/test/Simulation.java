// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.Deadline;
import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import dev.espalier.test.internal.Handle;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The simulation that a test runs in. Its clock stands still while any thread can go on, and jumps to the next timer
 * when none can, so that a test which sleeps for an hour ends at once.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=clock}
 *
 * <p><b>Threads.</b> Used by the threads of the simulation; another gets {@link WrongThreadException}.
 *
 * @since 0.1
 */
public sealed interface Simulation permits Handle {
    /**
     * What everything is drawn from.
     *
     * @return the seed
     */
    long seed();

    /**
     * The backend that the test runs on, for code that needs to be given one.
     *
     * @return the backend
     */
    Backend backend();

    /**
     * What the clock shows.
     *
     * @return a deadline that is reached at this moment
     */
    Deadline now();

    /**
     * What the clock shows, from the start of the simulation.
     *
     * @return a time that the simulation made up; hardly any real time passes
     */
    Duration elapsed();

    /**
     * Moves the clock on. What comes due on the way happens, each at its own time, and the calling thread goes on at the end.
     *
     * <p><b>Cancellation.</b> Not a cancellation point; an interrupt ends it early and stays set.
     *
     * @param time how far
     */
    void advance(Duration time);

    /**
     * Waits until no other thread can go on without the clock moving.
     *
     * <p><b>Cancellation.</b> Not a cancellation point; an interrupt ends it early and stays set.
     */
    void runUntilIdle();

    /**
     * A place where the simulation may switch to another thread: for code whose classes are not woven, between two
     * accesses to shared memory.
     */
    void point();

    /**
     * Random numbers that replay with the seed.
     *
     * @return always the same generator
     */
    RandomGenerator random();

    /**
     * What is injected from here on.
     *
     * @return to be changed
     */
    Faults faults();

    /**
     * The calling thread starts something that the simulation does not know of, as a native library's work or a
     * thread of a pool. Until it ends, the clock stands when no thread can go on, and what is waited for is no
     * deadlock. Such a run does not replay. I/O of the JDK is noticed without this.
     *
     * @return says that it has ended
     */
    Registration busy();

    /**
     * Writes something into the trace.
     *
     * @param text what
     */
    void note(String text);

    /**
     * What has happened so far.
     *
     * @return a copy
     */
    Trace trace();

    /**
     * What was decided so far.
     *
     * @return replays the run
     */
    Schedule schedule();
}
