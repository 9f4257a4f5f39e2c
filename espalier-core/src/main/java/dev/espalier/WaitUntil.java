// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * What {@link Tasks#await(java.util.Collection, WaitUntil)} waits for. Each condition also holds when every task is done, so that none waits for ever for what
 * can no longer come.
 *
 * @since 0.1
 */
public enum WaitUntil {
    /** Every task has terminated. */
    ALL_DONE,
    /** At least one task has terminated, in whatever way. */
    FIRST_DONE,
    /** At least one task has failed, or all have terminated. A cancelled task has not failed. */
    FIRST_FAILED
}
