// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry.internal;

import dev.espalier.spi.ContextPropagator.Binding;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/** A context that is current on a thread, until it is closed there; then the one before it is, also if code in between left scopes open. */
record Entered(Context before, Scope scope) implements Binding {
    @SuppressWarnings("MustBeClosed") // by close
    static Entered enter(Context context) {
        Context before = Context.current();
        return new Entered(before, context.makeCurrent());
    }

    @Override
    @SuppressWarnings("MustBeClosed") // it is the context of the thread from here on
    public void close() {
        scope.close(); // does nothing where another context is current
        if (Context.current() != before) {
            Scope _ = before.makeCurrent();
        }
    }
}
