// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import dev.espalier.opentelemetry.internal.CarriedContext;
import dev.espalier.spi.ContextPropagator;
import io.opentelemetry.context.Context;

/**
 * Carries OpenTelemetry's {@link Context}, with the current span and the baggage, into tasks: what a task traces is below what the code was in that forked it.
 *
 * {@snippet class="dev.espalier.opentelemetry.examples.TracingExamples" region="install"}
 *
 * <p>It is not installed by being there: whoever wants it says so, for the program, or for a group with {@link dev.espalier.Options#propagators}. It makes no spans; {@link GroupSpans} does, and
 * installs this too. Beside the agent of OpenTelemetry, which follows executors and not threads that are started, it is needed as well.
 *
 * <p><b>Failure.</b> None of its own. <b>Cancellation.</b> Never a cancellation point. <b>Threads.</b> Any. The context of the task's thread is afterwards what it was before, also if the task left a
 * scope of OpenTelemetry open. <b>Memory.</b> A reference to the context for each task, until it has ended.
 *
 * @since 0.1
 */
public final class OpenTelemetryContext implements ContextPropagator {
    /** A propagator; all are alike. */
    public OpenTelemetryContext() {}

    @Override
    public Snapshot capture() {
        return CarriedContext.capture();
    }
}
