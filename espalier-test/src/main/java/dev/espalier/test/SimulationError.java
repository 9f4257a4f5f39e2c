// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/**
 * A simulation found something wrong with a run as a whole: it does not end, it left something behind, it needs real
 * time. The message says what, and where each thread is.
 *
 * @since 0.1
 */
public class SimulationError extends AssertionError {
    private static final long serialVersionUID = 1;

    /**
     * An error.
     *
     * @param message what is wrong
     */
    public SimulationError(String message) {
        super(message);
    }
}
