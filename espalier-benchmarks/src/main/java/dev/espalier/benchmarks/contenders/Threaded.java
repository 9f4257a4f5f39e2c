// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A library whose tasks are threads: it does the disasters with the same bodies as the others of its kind. */
abstract class Threaded implements Contender {
    /** What a task does that may fail, for libraries that take no {@link Callable}. */
    static void callUnchecked(Callable<?> body) {
        try {
            var _ = body.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Forks all the tasks in one group, and returns when it is over.
     *
     * @param tasks how many
     * @param bodies what each does, by its index
     * @return the failure by which the group ended, as the library hands it over
     */
    abstract @Nullable Throwable failure(int tasks, IntFunction<Callable<Object>> bodies) throws Exception;

    @Override
    public final void park(Disaster disaster) throws Exception {
        Callable<Object> parked = disaster.parked();
        Callable<Object> failing = disaster.failing();
        int tasks = disaster.tasks();
        disaster.over(failure(tasks + 1, i -> i < tasks ? parked : failing));
    }

    @Override
    public final void sleep(Disaster disaster) throws Exception {
        disaster.over(failure(disaster.tasks(), i -> disaster.sleeping(i + 1)));
    }
}
