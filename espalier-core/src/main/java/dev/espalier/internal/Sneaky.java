// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/** Casts that the compiler cannot check, each with its reason. */
final class Sneaky {
    private Sneaky() {}

    /**
     * Throws what a body of static type {@code X} threw: it can have thrown nothing else than X, InterruptedException and unchecked exceptions,
     * and the caller declares these. The bound is Throwable, so that the cast is none at run time, and an Error passes.
     */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> RuntimeException rethrow(Throwable thrown) throws X {
        throw (X) thrown;
    }

    /** The result of a body that returned: null only where T allows it. */
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    static <T extends @Nullable Object> T cast(@Nullable Object value) {
        return (T) value;
    }
}
