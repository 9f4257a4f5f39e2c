// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * Groups were closed in another order than the reverse of opening, or left open. Nothing leaks: what was still open has been
 * closed, its tasks cancelled and awaited, before this is thrown. The message names the groups.
 *
 * @since 0.1
 */
public final class StructureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Made by Espalier.
     *
     * @param message what was open, and what to do
     */
    public StructureException(String message) {
        super(message);
    }
}
