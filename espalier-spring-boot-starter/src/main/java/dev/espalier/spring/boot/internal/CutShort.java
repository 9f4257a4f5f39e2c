// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.app.ApplicationShutdownException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Tells what the request's own group did to a request from what the request did. */
final class CutShort {
    private static final int DEEPEST = 64; // a chain of causes may be a circle

    private CutShort() {}

    /** What to answer for an exception that has left the group of a request; null if it is the request's own. */
    static @Nullable Problem problem(Exception thrown, @Nullable TaskGroup group) {
        if (isShutdown(thrown)) {
            return new Problem(HttpStatus.SERVICE_UNAVAILABLE, "The server is shutting down.");
        }
        if (group != null
                && thrown instanceof TaskGroupException failed
                && failed.getCause() instanceof DeadlineExceededException late
                && late.reason().scope() == group.scope()) {
            return late();
        }
        return null;
    }

    static Problem late() {
        return new Problem(HttpStatus.GATEWAY_TIMEOUT, "The request was not finished within its timeout.");
    }

    /** Whether work was refused, or cut short, because its application ends. */
    static boolean isShutdown(Throwable thrown) {
        Throwable at = thrown;
        for (int i = 0; i < DEEPEST && at != null; i++) {
            if (at instanceof ApplicationShutdownException) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }
}
