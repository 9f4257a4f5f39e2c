// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

/**
 * The tree of tasks, for JMX; see {@link TaskTree#register}.
 *
 * <p><b>Threads.</b> Any. Each call walks over the tree.
 *
 * @since 0.1
 */
public interface TaskTreeMXBean {
    /** Its name. */
    String NAME = "dev.espalier:type=TaskTree";

    /**
     * The tree as text.
     *
     * @return as {@link TaskTree#dump()}
     */
    String dump();

    /**
     * The tree as text, with more of each stack.
     *
     * @param frames how many frames of a thread's own code to show, 0 or more
     * @param each whether each task has a line, instead of one for all siblings that look the same
     * @return as {@link TaskTree#dump()}
     */
    String dump(int frames, boolean each);

    /**
     * The tree as JSON.
     *
     * @return as {@link TaskTree#dumpJson}, so a string that may be large
     */
    String dumpJson();

    /**
     * How many tasks live.
     *
     * @return of this moment
     */
    long getTasks();

    /**
     * How many groups are open.
     *
     * @return of this moment
     */
    long getGroups();

    /**
     * How many tasks were cancelled and have not ended.
     *
     * @return of this moment
     */
    long getCancelled();

    /**
     * How many threads were reported because they go on although they were cancelled.
     *
     * @return of this moment
     */
    long getStuck();

    /**
     * The circles of waits that will never end.
     *
     * @return one text for each; usually none
     */
    String[] getDeadlocks();
}
