// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import dev.espalier.TaskGroup;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a dump of the tree shows. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="options"}
 *
 * @since 0.1
 */
public final class DumpOptions {
    /** What a dump shows when nothing is said. */
    public static final DumpOptions DEFAULT = new DumpOptions(Integer.MAX_VALUE, 1, false, null);

    private final int depth;
    private final int frames;
    private final boolean each;
    private final @Nullable TaskGroup only;

    private DumpOptions(int depth, int frames, boolean each, @Nullable TaskGroup only) {
        this.depth = depth;
        this.frames = frames;
        this.each = each;
        this.only = only;
    }

    /**
     * How far down to go: 1 shows threads with their groups, 2 the tasks of these and their groups, and so on.
     *
     * @param depth at least 1; all levels unless it is given
     * @return new options
     */
    public DumpOptions depth(int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("depth is " + depth + "; it must be at least 1");
        }
        return new DumpOptions(depth, frames, each, only);
    }

    /**
     * How many frames of a thread's own code to show: those of the JDK, of Espalier and of a few libraries for tests are left out. A stack
     * costs some microseconds for each task; with 0 none is taken, and what a thread does in the JDK is told by its state only.
     *
     * @param frames 0 or more; 1 unless it is given
     * @return new options
     */
    public DumpOptions frames(int frames) {
        if (frames < 0) {
            throw new IllegalArgumentException("frames is " + frames + "; it must be 0 or more");
        }
        return new DumpOptions(depth, frames, each, only);
    }

    /**
     * Whether the text has a line for each task, instead of one for all siblings that look the same. JSON always has each.
     *
     * @param each false unless it is given
     * @return new options
     */
    public DumpOptions each(boolean each) {
        return new DumpOptions(depth, frames, each, only);
    }

    /**
     * One group only, with what is below it.
     *
     * @param group an open group
     * @return new options
     */
    public DumpOptions only(TaskGroup group) {
        return new DumpOptions(depth, frames, each, Objects.requireNonNull(group, "group"));
    }

    /**
     * How far down to go.
     *
     * @return at least 1
     */
    public int depth() {
        return depth;
    }

    /**
     * How many frames to show.
     *
     * @return 0 or more
     */
    public int frames() {
        return frames;
    }

    /**
     * Whether each task has a line.
     *
     * @return false if those that look the same share one
     */
    public boolean each() {
        return each;
    }

    /**
     * The one group to show.
     *
     * @return null for everything
     */
    public @Nullable TaskGroup only() {
        return only;
    }
}
