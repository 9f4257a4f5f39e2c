// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.inspect.internal.Page;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A page on which the tree of tasks of this program can be watched: what lives and what it waits for, a task's stack, groups that failed lately with who
 * failed first, and counts over time.
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="inspector"}
 *
 * <p>It is for whoever sits at the machine: it listens on the loopback interface only, and answers only to who has the token that is in its URL, which it logs once,
 * at level {@code INFO}, with the logger {@code dev.espalier.inspect}. Other users of the machine cannot read it, unless they can read the log. To look at a program on another machine,
 * tunnel the port ({@code ssh -L}). It does not replace monitoring, and keeps nothing when it is closed.
 *
 * <p><b>Threads.</b> Any. Its own threads are daemons: it keeps no program alive. <b>Failure.</b> {@link #start()} throws if it cannot listen. Afterwards nothing that goes wrong here reaches the
 * program. <b>Cancellation.</b> Never a cancellation point. <b>Memory.</b> What it costs: some counters for each group and task; while a page is open, a walk over
 * the tree twice a second, or as much less often as keeps it below a tenth of a processor. 100,000 tasks are no trouble.
 *
 * <p>Pitfall: names and messages are shown as they are, to whoever has the token. Do not put secrets into names of tasks.
 *
 * @since 0.1
 */
public final class Inspector implements AutoCloseable {
    private final Page page;

    private Inspector(Page page) {
        this.page = page;
    }

    /**
     * Starts one on a free port.
     *
     * @return to be closed, or not: it ends with the program
     * @throws IOException if there is no port to listen on
     */
    public static Inspector start() throws IOException {
        return start(options -> options);
    }

    /**
     * Starts one.
     *
     * @param options how it is reached, and what it may do
     * @return to be closed, or not: it ends with the program
     * @throws IOException if the port is taken
     */
    public static Inspector start(UnaryOperator<InspectorOptions> options) throws IOException {
        return new Inspector(Page.open(Objects.requireNonNull(options.apply(InspectorOptions.DEFAULT), "options")));
    }

    /**
     * What to open in a browser. It has the token in it, which the page then takes out of the address line.
     *
     * @return for example {@code http://127.0.0.1:43210/?token=...}
     */
    public URI url() {
        return page.url();
    }

    /** Ends it, with the pages that are open. Does not wait for them. Again does nothing. */
    @Override
    public void close() {
        page.close();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Inspector[port " + page.url().getPort() + "]";
    }
}
