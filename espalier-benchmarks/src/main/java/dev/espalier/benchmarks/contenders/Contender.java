// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.contenders;

import java.util.List;

/** A library, or plain threads, that can do the workloads. Every method is called on the owner's thread, and returns when the work is done. */
public interface Contender {
    /**
     * Opens groups one after the other.
     *
     * @param times how many
     * @param size the tasks of each
     * @param body what each task does
     */
    void groups(int times, int size, Body body) throws Exception;

    /**
     * A binary tree of groups: a node that is no leaf opens a group with a task for each child.
     *
     * @param depth 0 is a leaf
     * @return how many nodes there are, summed up from the results of the tasks
     */
    int tree(int depth) throws Exception;

    /**
     * A group of parked tasks, and one task that fails when all of them are there.
     *
     * @param disaster tells the tasks what to do, and is told when the group is over
     */
    void park(Disaster disaster) throws Exception;

    /**
     * A group of tasks that sleep for 1, 2, 3, ... ms, of which one fails when it wakes.
     *
     * @param disaster tells the tasks what to do, and is told when the group is over
     */
    void sleep(Disaster disaster) throws Exception;

    /**
     * Timeouts of ten seconds, one after the other, around code that does nothing.
     *
     * @param times how many
     * @param body that code
     */
    default void timeouts(int times, Body body) throws Exception {
        throw new UnsupportedOperationException("no timeouts in " + getClass().getSimpleName());
    }

    /**
     * Tasks in one group, of which only so many run at once; a task is forked when there is room for it.
     *
     * @param tasks how many
     * @param limit how many at once
     * @param body what each task does
     */
    void limited(int tasks, int limit, Body body) throws Exception;

    /**
     * Calls {@link Body#map} with each item, in a task for each, of which only so many run at once.
     *
     * @param items the items
     * @param limit how many at once
     * @return the results in the order of the items
     */
    List<Long> map(List<Integer> items, int limit) throws Exception;

    /**
     * A contender by the name that it has in benchmarks, tables and charts.
     *
     * @param name the name
     * @return a new one
     */
    static Contender named(String name) {
        return switch (name) {
            case "espalier" -> new InEspalier();
            case "raw" -> new InThreads();
            case "jdkScope" -> new InJdkScope();
            case "jox" -> new InJox();
            case "futures" -> new InFutures();
            case "kotlin" -> new InCoroutines();
            case "mug" -> new InMug();
            default ->
                throw new IllegalArgumentException("no contender is named " + name
                        + "; there are espalier, raw, jdkScope, jox, futures, kotlin and mug");
        };
    }
}
