// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * Where a task is in its life. The last three are final.
 *
 * @since 0.1
 */
public enum TaskStatus {
    /** Forked, but its code has not begun. */
    NOT_STARTED,
    /** Its code, its callbacks or its clean-up is running. */
    RUNNING,
    /** It returned a value. */
    SUCCEEDED,
    /** It threw. */
    FAILED,
    /** It ended because it was cancelled, or never ran because its group was. */
    CANCELLED
}
