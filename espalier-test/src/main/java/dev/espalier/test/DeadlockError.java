// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/**
 * No thread of a simulation can go on, no timer is set, and nothing outside is waited for. The message has each
 * thread, what it waits for, who holds that, and the circle if there is one.
 *
 * @since 0.1
 */
public final class DeadlockError extends SimulationError {
    private static final long serialVersionUID = 1;

    /**
     * An error.
     *
     * @param message what waits for what
     */
    public DeadlockError(String message) {
        super(message);
    }
}
