// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Deadline;
import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import dev.espalier.test.Faults;
import dev.espalier.test.Schedule;
import dev.espalier.test.Simulation;
import dev.espalier.test.Trace;
import dev.espalier.test.Trace.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** What a test has of its world. */
public final class Handle implements Simulation {
    private final World world;
    private final Backend backend;
    private final RandomGenerator random;

    Handle(World world, Backend backend) {
        this.world = world;
        this.backend = backend;
        this.random = new SplittableRandom(world.run.seed() ^ 0x5DEECE66DL);
    }

    private SimThread caller() {
        SimThread me = world.enter();
        if (me == null) {
            throw new WrongThreadException(
                    "the thread '" + Thread.currentThread().getName()
                            + "' is not of this simulation, or the simulation is over; use it from the test and what"
                            + " it starts");
        }
        return me;
    }

    @Override
    public long seed() {
        return world.run.seed();
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Deadline now() {
        return Deadline.after(Duration.ZERO, backend);
    }

    @Override
    public Duration elapsed() {
        return world.clock().elapsed();
    }

    @Override
    public void advance(Duration time) {
        Objects.requireNonNull(time, "time");
        if (time.isNegative()) {
            throw new IllegalArgumentException("the clock cannot be moved by " + time + ": it never goes back");
        }
        world.simulated().advance(caller(), time);
    }

    @Override
    public void runUntilIdle() {
        world.simulated().runUntilIdle(caller());
    }

    @Override
    public void point() {
        world.point(caller());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Faults faults() {
        return world.dice().faults();
    }

    @Override
    public Registration busy() {
        SimThread me = caller();
        world.journal().add(me, Kind.OUTSIDE, null, "says that it starts something outside the simulation");
        return world.outside().busy();
    }

    @Override
    public void note(String text) {
        world.journal().add(caller(), Kind.NOTE, null, Objects.requireNonNull(text, "text"));
    }

    @Override
    public Trace trace() {
        return world.journal().trace();
    }

    @Override
    public Schedule schedule() {
        return world.journal().schedule();
    }
}
