// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the strand of a thread. */
public final class Strands {
    /*
     * A task's thread carries its task as its UncaughtExceptionHandler: a field that every thread has, so that a million parked tasks need
     * no thread-local map (measured: 60 to 130 bytes a task less). Nothing leaves a task's run, so the handler is never called for its
     * own thread.
     *
     * All other threads are in a table while, and only while, they are in a scope or own an open group. So nothing stays behind on a
     * servlet container's thread, and the table knows the roots of all trees.
     *
     * Threads in the table: foreign ones; threads of a factory that set a handler of its own, or that are no virtual threads, from the
     * start of their task to its end; and tasks whose code replaced the handler, from when that is noticed to their end. The latter is
     * noticed when a virtual thread, or a platform thread made by us, is not in the table and has another's handler: its task is then looked for
     * in the trees below the roots, once. A virtual thread whose handler was set to null, and not to another, is taken for a foreign
     * one.
     */
    private static final ThreadTable KNOWN = new ThreadTable();

    /** Strands of no thread that own groups all the same: an application's. For whoever looks through all trees. */
    private static final Set<Strand> THREADLESS = ConcurrentHashMap.newKeySet();

    private Strands() {}

    static void addThreadless(Strand strand) {
        THREADLESS.add(strand);
    }

    static void removeThreadless(Strand strand) {
        THREADLESS.remove(strand);
    }

    /** The strand of the calling thread; null if it is in no scope. */
    static @Nullable Strand current() {
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        if (handler instanceof TaskNode<?> task && task.thread == thread) {
            return task;
        }
        Strand known = KNOWN.get(thread);
        if (known != null || (handler == thread.getThreadGroup() && !(thread instanceof PlatformBackend.TaskThread))) {
            return known;
        }
        return thread.isVirtual() || thread instanceof PlatformBackend.TaskThread ? lost(thread) : null;
    }

    /** The strand of a thread that is no task of ours; null if it is in no scope. */
    static @Nullable Strand of(Thread foreign) {
        return KNOWN.get(foreign);
    }

    /** The strand of the calling thread; a new one if it is in no scope. The caller detaches it when it leaves. */
    static Strand attach() {
        Strand strand = current();
        if (strand != null) {
            return strand;
        }
        Thread thread = Thread.currentThread();
        var foreign = new ForeignStrand(thread);
        KNOWN.put(thread, foreign);
        return foreign;
    }

    /** Forgets a foreign thread on which nothing of Espalier is left. */
    static void detach(Strand strand) {
        if (strand instanceof ForeignStrand foreign && foreign.isIdle()) {
            KNOWN.remove(Thread.currentThread(), foreign);
        }
    }

    /** Makes a task findable from its thread, before that starts. */
    static void mark(Thread thread, TaskNode<?> task) {
        boolean ours = thread.isVirtual() || thread instanceof PlatformBackend.TaskThread;
        if (ours && thread.getUncaughtExceptionHandler() == thread.getThreadGroup()) {
            thread.setUncaughtExceptionHandler(task);
        } else {
            KNOWN.put(thread, task);
        }
    }

    /** Forgets the thread of a task that ends, or did not start. */
    static void unmark(Thread thread, TaskNode<?> task) {
        if (thread.getUncaughtExceptionHandler() != task) {
            KNOWN.remove(thread, task);
        }
    }

    /** The threads that are no tasks, and are in scopes or own groups, and what owns groups without a thread: the roots of all trees. */
    static List<Strand> roots() {
        var roots = new ArrayList<Strand>(THREADLESS);
        for (Strand strand : KNOWN.all()) {
            if (strand instanceof ForeignStrand foreign) {
                roots.add(foreign);
            }
        }
        return roots;
    }

    private static @Nullable Strand lost(Thread thread) {
        Strand found = find(KNOWN.all(), thread);
        return found != null ? found : find(THREADLESS, thread);
    }

    private static @Nullable Strand find(Collection<Strand> roots, Thread thread) {
        for (Strand root : roots) {
            for (Group group = root.groups; group != null; group = group.outer) {
                TaskNode<?> task = Cascade.find(group, thread);
                if (task != null) {
                    KNOWN.put(thread, task);
                    return task;
                }
            }
        }
        return null;
    }

    /**
     * Whether anything is remembered of a thread.
     *
     * @param thread any thread
     * @return for tests
     */
    public static boolean isKnown(Thread thread) {
        return KNOWN.get(thread) != null;
    }
}
