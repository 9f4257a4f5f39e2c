// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why something was cancelled. The first reason of a scope stays; later ones are dropped.
 *
 * <p>Where a scope is cancelled because something around its group was, its reason is of kind
 * {@link Kind#PARENT_CANCELLED} and {@link #origin()} has the reason it comes from.
 *
 * @param kind what kind of thing asked for it
 * @param message one line for people
 * @param scope the scope that was cancelled; null only for reasons made by users
 * @param task the task that it was about: the one that failed, was cancelled, or won; null if none
 * @param exception what is behind it: the failure of the sibling or of the body; null if none
 * @param origin the reason that was passed down; null if this is the first
 * @since 0.1
 */
public record CancelReason(
        Kind kind,
        String message,
        @Nullable CancelScope scope,
        @Nullable Task<?> task,
        @Nullable Throwable exception,
        @Nullable CancelReason origin) {
    /** Checks that kind and message are there. */
    public CancelReason {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }

    /**
     * The reason that started it all: this one, or what it was passed down from.
     *
     * @return the first reason
     */
    public CancelReason root() {
        CancelReason reason = this;
        while (reason.origin != null) {
            reason = reason.origin;
        }
        return reason;
    }

    /**
     * The message.
     *
     * @return for logs and exception messages
     */
    @Override
    public String toString() {
        return message;
    }

    /** What kind of thing asked for a cancellation. */
    public enum Kind {
        /** Somebody called {@code cancel}. */
        ASKED,
        /** A deadline passed. */
        DEADLINE,
        /** Another task of the group failed. */
        SIBLING_FAILED,
        /** The body of the group threw. */
        BODY_FAILED,
        /** Something around the group was cancelled. */
        PARENT_CANCELLED,
        /** The group is ending: its daemons, or what was left running when it was closed. Or its application shuts down. */
        SHUTDOWN
    }
}
