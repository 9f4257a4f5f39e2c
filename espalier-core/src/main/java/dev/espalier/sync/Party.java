// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.Task;
import org.jspecify.annotations.Nullable;

/**
 * Who holds something or waits for it: a task, or a thread that is no task.
 *
 * @param thread the thread
 * @param task the task that it runs; null for a thread that is no task of Espalier's
 * @since 0.1
 */
public record Party(Thread thread, @Nullable Task<?> task) {
    /**
     * Its name, for people.
     *
     * @return for example {@code task 'crawl'} or {@code thread 'main'}
     */
    @Override
    public String toString() {
        return task != null ? "task '" + task.name() + "'" : "thread '" + thread.getName() + "'";
    }
}
