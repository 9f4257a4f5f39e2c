// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.spi.ContextPropagator.Binding;
import dev.espalier.spi.ContextPropagator.Snapshot;
import io.opentelemetry.context.Context;

/** A context on its way into a task. */
public final class CarriedContext implements Snapshot {
    private static final CarriedContext ROOT = new CarriedContext(Context.root());

    private final Context context;

    private CarriedContext(Context context) {
        this.context = context;
    }

    /**
     * Takes the context of the calling thread.
     *
     * @return to be restored
     */
    public static Snapshot capture() {
        Context context = Context.current();
        return context == Context.root() ? ROOT : new CarriedContext(context);
    }

    @Override
    public Binding restore() {
        TaskSpan span = TaskSpan.here();
        return Entered.enter(span == null ? context : span.begin(context));
    }
}
