// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.TaskGroup;
import dev.espalier.internal.VirtualBackend;
import dev.espalier.test.LeakError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What there is after a test that was not there before it. */
public final class Leftovers {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    /** Groups of threads that the JDK keeps for itself: carriers, cleaners, pollers. */
    private static final Set<String> JDK = Set.of("system", "InnocuousThreadGroup", "CarrierThreads");
    /** Threads that live on by design, and end by themselves. */
    private static final List<String> RESIDENTS =
            List.of("espalier-timer", "espalier-deadline-", "ForkJoinPool.commonPool", "junit-", "surefire-");

    private final Set<Thread> threads;
    private final Set<TaskGroup> groups;
    private final int timers;

    private Leftovers() {
        threads = new HashSet<>(Threads.all());
        groups = Witness.openGroups();
        timers = VirtualBackend.pendingTimers();
    }

    /**
     * What there is now.
     *
     * @return to compare with later
     */
    public static Leftovers before() {
        return new Leftovers();
    }

    /** Throws if more is there than before, after a second at most. On the test's thread. */
    public void check() {
        boolean interrupted = Thread.interrupted(); // before the waiting below
        var left = left();
        long end = System.nanoTime() + PATIENCE;
        while (!left.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
            left = left();
        }
        if (interrupted) {
            left.addFirst("the interrupt status of the test's thread is set");
        }
        if (!left.isEmpty()) {
            throw new LeakError("the test has left behind:\n  " + String.join("\n  ", left));
        }
    }

    private List<String> left() {
        var left = new ArrayList<String>();
        for (TaskGroup group : Witness.openGroups()) {
            if (!groups.contains(group)) {
                left.add("an open group, " + group + ", with " + group.activeTasks());
            }
        }
        for (Thread thread : Threads.all()) {
            if (!threads.contains(thread) && !isResident(thread)) {
                left.add("a thread, " + thread + ", at" + stack(thread));
            }
        }
        int more = VirtualBackend.pendingTimers() - timers;
        if (more > 0) {
            left.add(more + (more == 1 ? " timer" : " timers"));
        }
        return left;
    }

    private static boolean isResident(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return group == null // it has ended
                || (!thread.isVirtual() && JDK.contains(group.getName()))
                || RESIDENTS.stream().anyMatch(thread.getName()::startsWith);
    }

    private static String stack(Thread thread) {
        var text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\n      ").append(frame);
        }
        return text.isEmpty() ? " the end of its code" : text.toString();
    }
}
