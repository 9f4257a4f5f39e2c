// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/** The one logger: {@code dev.espalier}. */
final class Log {
    private Log() {}

    static void warn(String message, @Nullable Throwable cause) {
        System.Logger logger = System.getLogger("dev.espalier");
        if (cause == null) {
            logger.log(System.Logger.Level.WARNING, message);
        } else {
            try {
                logger.log(System.Logger.Level.WARNING, message, cause);
            } catch (RuntimeException
                    | Error e) { // a handler asks the exception for its message, and that is the user's code
                logger.log(
                        System.Logger.Level.WARNING,
                        message + ": " + Shown.of(cause) + "; to log it threw "
                                + e.getClass().getName());
            }
        }
    }
}
