// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/**
 * A test has ended, and something of it is left: a thread, an open group, a timer, an interrupt status.
 *
 * @since 0.1
 */
public final class LeakError extends SimulationError {
    private static final long serialVersionUID = 1;

    /**
     * An error.
     *
     * @param message what is left
     */
    public LeakError(String message) {
        super(message);
    }
}
