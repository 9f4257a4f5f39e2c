// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.internal.SimulationExtension;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A JUnit test that runs in a simulation, once for each seed, until it fails under one. The method may take a {@link Simulation}.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=test}
 *
 * <p>Each seed is an invocation with a test instance of its own; {@code @BeforeEach} and {@code @AfterEach} run
 * around it, outside the simulation. When it fails, the schedule is made as short as possible, by running the method
 * again on new instances; the failure then says what happened, how to see it again, and where a picture of it is, and
 * the seeds that are left are not tried.
 *
 * <p>{@code -Despalier.seed=42} runs every such test under that seed only, as for a debugger; {@code
 * -Despalier.schedule=...} replays a schedule;
 * {@code -Despalier.seeds=10000} tries so many seeds, whatever the annotation says.
 *
 * <p><b>Failure.</b> An {@link AssertionError} whose cause is what the method threw, or a {@link SimulationError}: a
 * deadlock, a leak, no end.
 *
 * @since 0.1
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SimulationExtension.class)
@SuppressWarnings("exports") // the extension is JUnit's business
public @interface SimulatedTest {
    /**
     * How many seeds are tried.
     *
     * @return at least 1
     */
    int seeds() default 100;

    /**
     * The first one; the others follow it.
     *
     * @return any number
     */
    long from() default 1;

    /**
     * A run with more steps fails.
     *
     * @return at least 1
     */
    long maxSteps() default 1_000_000;

    /**
     * Whether a timed wait of the JDK that would take real time fails the test.
     *
     * @return whether
     */
    boolean strictTime() default false;

    /**
     * How often a task that is about to wait in Espalier is cancelled.
     *
     * @return a probability
     */
    double cancel() default 0;

    /**
     * How often a fork fails.
     *
     * @return a probability
     */
    double failFork() default 0;

    /**
     * How often a task that waits in Espalier is up to a second of simulated time late.
     *
     * @return a probability
     */
    double delay() default 0;
}
