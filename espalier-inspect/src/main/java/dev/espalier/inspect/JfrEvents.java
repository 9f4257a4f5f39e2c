// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.Registration;
import dev.espalier.inspect.internal.FlightEvents;

/**
 * Events for JDK Flight Recorder, so that JDK Mission Control shows groups and tasks beside what the JVM does: {@code espalier.Group} and {@code espalier.Task}, each with its duration, on
 * the thread that it ran on, and {@code espalier.Cancel}, all in the category Espalier.
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="jfr"}
 *
 * <p>After this, each recording has them, whether it was started before or after, by the program, with {@code jcmd}, or with {@code -XX:StartFlightRecorder}; unless its settings say otherwise, such
 * as {@code espalier.Task#enabled=false} or {@code espalier.Task#threshold=10 ms}. Settings that are changed while a recording runs are noticed when some recording starts or stops.
 *
 * <p>A task is told of when it ends: who wants to see what has not ended uses {@link Recorder} or {@link TaskTree}.
 *
 * <p><b>Threads.</b> Any. <b>Memory.</b> While a recording runs, an event object for each task and group that lives. What it costs: nothing while no recording has these events enabled, since nobody
 * observes then; else a map is written for each task, which is some hundred nanoseconds.
 *
 * @since 0.1
 */
public final class JfrEvents {
    private JfrEvents() {}

    /**
     * From now on recordings have the events.
     *
     * @return closing it ends that; if it was installed several times, the last one does
     */
    public static Registration install() {
        return FlightEvents.install();
    }
}
