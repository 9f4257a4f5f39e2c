// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * What the failure of one task means for its group.
 *
 * @since 0.1
 */
public enum FailurePolicy {
    /** The first failure cancels the group, which then throws {@link TaskGroupException}. The default. */
    CANCEL,
    /**
     * A supervisor: failures cancel nothing and {@code join} returns. Look at them with {@link Task#await()} or
     * {@link Task#onDone}; those that nobody looked at are logged when the group closes.
     */
    COLLECT
}
