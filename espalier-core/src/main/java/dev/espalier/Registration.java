// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * Something that stays in force until it is closed: a callback, a timer.
 *
 * @since 0.1
 */
public interface Registration extends AutoCloseable {
    /** Ends it. Idempotent; what closing waits for is said where the registration comes from. */
    @Override
    void close();
}
