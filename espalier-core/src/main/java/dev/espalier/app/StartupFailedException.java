// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

/**
 * A startup hook failed, which is the cause; what had been started has been shut down, and what failed in that is suppressed.
 *
 * @since 0.1
 */
public final class StartupFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Made by Espalier.
     *
     * @param message which hook of which application
     * @param cause what it threw
     */
    public StartupFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
