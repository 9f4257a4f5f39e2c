// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Body;
import dev.espalier.spi.Backend;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Marks a piece of code in which another backend is used. */
public final class BackendScope extends Scope {
    private final Strand strand;
    private final Backend backend;

    private BackendScope(Strand strand, Backend backend) {
        super(strand.current);
        this.strand = strand;
        this.backend = backend;
    }

    /**
     * Runs a body on the calling thread with another backend.
     *
     * @param backend the backend
     * @param body the code
     * @param <R> its result
     * @param <X> what it throws
     * @return its result
     * @throws X what it throws
     * @throws InterruptedException if it throws it
     */
    public static <R extends @Nullable Object, X extends Exception> R run(Backend backend, Body<R, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(backend, "backend");
        Objects.requireNonNull(body, "body");
        Strand strand = Strands.attach();
        var scope = new BackendScope(strand, backend);
        Group open = strand.groups;
        R result = null;
        Throwable thrown = null;
        strand.enter(scope);
        try {
            result = body.call();
        } catch (Throwable t) { // rethrown below
            thrown = t;
        }
        try {
            thrown = GroupExit.closeLeaked(strand, open, scope, thrown);
        } finally {
            boolean _ = strand.leave(scope, /* interruptedBefore= */ true, /* unwinding= */ thrown != null);
            Strands.detach(strand);
        }
        if (thrown != null) {
            throw Sneaky.<X>rethrow(thrown);
        }
        return Sneaky.cast(result);
    }

    @Override
    boolean isTransparent() {
        return true;
    }

    @Override
    Strand strand() {
        return strand;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    boolean isOver() {
        return false; // nobody sees it, so nobody cancels it
    }

    @Override
    String describe() {
        return "code on " + backend;
    }
}
