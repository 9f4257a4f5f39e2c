// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;

/** What tests look at from other packages. */
public final class TestAccess {
    private TestAccess() {}

    /** How many wait for a task. */
    public static int waiters(Task<?> task) {
        int count = 0;
        for (Waiter w = ((TaskNode<?>) task).waiters(); w != null; w = w.next) {
            count++;
        }
        return count;
    }
}
