// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.inspect.internal.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Records what groups and tasks do over time, and writes it as a page to look at, or as a trace for other tools: when each task was forked and by whom, when it ran, what it waited for,
 * how it ended, and who cancelled what and why.
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="record"}
 *
 * <p>It may run all the time, as a flight recorder: it keeps the last million tasks, or as many as it is told, and writes the last seconds of them when something went wrong:
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="flightRecorder"}
 *
 * <p>It does not record what happens outside of Espalier: a task that reads from a socket runs. Nor values, stacks, or what tasks tell each other. Times are of the JVM's clock, exact to
 * some ten nanoseconds while there are fewer than some two million events a second; in bursts of more they are exact to about 0.2 ms. For simulations, whose time is not the JVM's,
 * {@code dev.espalier.test} has its own traces.
 *
 * <p><b>Failure.</b> Nothing that goes wrong here reaches the program: what could not be recorded is counted, and the page says so, as it says what was forgotten. <b>Threads.</b> Any; several recorders may run
 * at once. <b>Cancellation.</b> Never a cancellation point. <b>Memory.</b> Flat: at most about 120 bytes for each task that it keeps, and their names; exceptions and values are not kept. Writing takes some hundred bytes
 * more for each task, for as long as it writes. What it costs a task that does nothing is measured in {@code docs/performance.md}; while there is no recorder, nothing.
 *
 * <p>Pitfall: names, and messages of exceptions and cancellations, are in the file as they are. Do not put secrets into them, if you send the file to others.
 *
 * @since 0.1
 */
public final class Recorder implements AutoCloseable {
    private final Tape tape;

    private Recorder(Tape tape) {
        this.tape = tape;
    }

    /**
     * Starts one that keeps the last million tasks, groups and events.
     *
     * @return records until it is closed
     */
    public static Recorder start() {
        return start(options -> options);
    }

    /**
     * Starts one.
     *
     * @param options what it keeps
     * @return records until it is closed
     */
    public static Recorder start(UnaryOperator<RecorderOptions> options) {
        return new Recorder(Tape.start(
                Objects.requireNonNull(options.apply(RecorderOptions.DEFAULT), "what the operator returned")));
    }

    /**
     * Writes a page that needs nothing else, to be opened in a browser: a waterfall of all tasks. While it records, what there is; the recording goes on meanwhile.
     *
     * @param file is replaced if it is there
     * @throws IOException if it cannot be written
     */
    public void writeHtml(Path file) throws IOException {
        tape.writeHtml(Objects.requireNonNull(file, "file"));
    }

    /**
     * Writes the trace event format (JSON) of Chrome, which <a href="https://ui.perfetto.dev">Perfetto</a> shows: tasks that do not overlap share a track.
     *
     * @param file is replaced if it is there
     * @throws IOException if it cannot be written
     */
    public void writeChromeTrace(Path file) throws IOException {
        tape.writeChromeTrace(Objects.requireNonNull(file, "file"));
    }

    /** Records no more; what was recorded can still be written. Again does nothing. */
    @Override
    public void close() {
        tape.close();
    }

    @Override
    public String toString() {
        return "Recorder[" + tape + "]";
    }
}
