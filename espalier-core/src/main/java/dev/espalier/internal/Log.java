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
            logger.log(System.Logger.Level.WARNING, message, cause);
        }
    }
}
