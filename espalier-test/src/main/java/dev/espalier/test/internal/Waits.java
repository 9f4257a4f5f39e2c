// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.TaskNode;
import dev.espalier.test.DeadlockError;
import dev.espalier.test.Trace.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says what the threads of a world wait for. On the driver, between two steps. */
final class Waits {
    private static final int FRAMES = 4;

    private final World world;
    private final @Nullable LockOwners owners;

    private Waits(World world) {
        this.world = world;
        this.owners = LockOwners.open(world.crowd().alive());
    }

    /** What a thread that has just stopped waits for, in the same words in every run. */
    static String brief(SimThread thread, World world) {
        if (thread.forIdle) {
            return "for the others to be idle";
        }
        if (thread.atMonitor) {
            return thread.thread.getState() == Thread.State.BLOCKED ? "for a monitor" : "in Object.wait";
        }
        Object blocker = thread.parkedFor != null ? thread.parkedFor : LockSupport.getBlocker(thread.thread);
        return blocker == null ? "" : "for " + name(blocker, world);
    }

    private static String name(Object blocker, World world) {
        if (blocker instanceof String text) {
            return text;
        }
        if (blocker instanceof Task<?> task) {
            for (SimThread thread : world.crowd().alive()) {
                if (thread.thread.getUncaughtExceptionHandler() == task) {
                    return "the task of " + thread.label();
                }
            }
            return "a task";
        }
        if (blocker instanceof TaskGroup) {
            return "the tasks of a group";
        }
        return "a " + className(blocker.getClass());
    }

    private static String className(Class<?> type) {
        var name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        name = lambda < 0 ? name : name.substring(0, lambda);
        name = name.substring(name.lastIndexOf('.') + 1);
        return switch (name) {
            case "ReentrantLock$NonfairSync", "ReentrantLock$FairSync" -> "ReentrantLock";
            case "Deadline" -> "deadline";
            case "Semaphore$NonfairSync", "Semaphore$FairSync" -> "Semaphore";
            case "CountDownLatch$Sync" -> "CountDownLatch";
            case "CompletableFuture$Signaller" -> "CompletableFuture";
            default -> name.startsWith("AbstractQueuedSynchronizer$") ? "Condition" : name;
        };
    }

    /** Every thread that has not ended, with what it waits for. */
    static String describe(World world) {
        var waits = new Waits(world);
        var text = new StringBuilder();
        for (SimThread thread : world.crowd().alive()) {
            text.append(waits.line(thread)).append('\n');
        }
        return text.toString();
    }

    /** Nothing can go on: what waits for what. */
    static DeadlockError deadlock(World world) {
        var waits = new Waits(world);
        var text =
                new StringBuilder("no thread can go on, and nothing will wake one (seed " + world.run.seed() + "):\n");
        for (SimThread thread : world.crowd().alive()) {
            text.append(waits.line(thread)).append('\n');
        }
        var circle = waits.circle();
        if (!circle.isEmpty()) {
            text.append("  in a circle: ");
            for (SimThread thread : circle) {
                text.append(thread.label()).append(" waits for ");
            }
            text.append(circle.getFirst().label()).append('\n');
        }
        var error = new DeadlockError(text + world.journal().tail());
        waits.writeDown(); // for the trace; the message has it already
        return error;
    }

    private void writeDown() {
        for (SimThread thread : world.crowd().alive()) {
            var holders = holders(thread);
            Object blocker = blocker(thread);
            boolean many = blocker instanceof TaskGroup; // of which the first says nothing
            SimThread holder = many || holders.isEmpty() ? null : holders.getFirst();
            var held = holder == null || blocker instanceof Task<?> ? "" : "held by " + holder.label();
            var text = Stream.of(brief(thread, world), held, Sites.of(thread.thread))
                    .filter(t -> !t.isEmpty())
                    .collect(Collectors.joining(" "));
            world.journal().add(thread, Kind.WAITS, holder, text);
        }
    }

    private String line(SimThread thread) {
        var text = new StringBuilder("  ").append(thread.label());
        Task<?> task = thread.task();
        if (task != null) {
            text.append(" (").append(((TaskNode<?>) task).path()).append(')');
        }
        if (thread.ready) {
            text.append(" can go on");
        } else {
            text.append(" waits ").append(what(thread));
            for (SimThread holder : holders(thread)) {
                text.append(holder == thread ? ", held by itself" : ", held by " + holder.label());
            }
        }
        int left = FRAMES;
        for (StackTraceElement frame : thread.thread.getStackTrace()) {
            if (Sites.isUsers(frame.getClassName()) && left-- > 0) {
                text.append("\n      at ").append(frame);
            }
        }
        return text.toString();
    }

    private String what(SimThread thread) {
        Object blocker = blocker(thread);
        if (blocker != null && !(blocker instanceof String) && !thread.atMonitor) {
            return "for "
                    + (blocker instanceof Task<?> || blocker instanceof TaskGroup ? blocker : name(blocker, world));
        }
        return thread.atMonitor && blocker != null
                ? brief(thread, world) + " of a " + className(blocker.getClass())
                : brief(thread, world);
    }

    private @Nullable Object blocker(SimThread thread) {
        if (thread.parkedFor != null) {
            return thread.parkedFor;
        }
        if (thread.atMonitor) {
            return owners == null ? null : owners.monitorOf(thread);
        }
        return LockSupport.getBlocker(thread.thread);
    }

    /** Those that hold what a thread waits for, as far as it can be known. */
    private List<SimThread> holders(SimThread thread) {
        Object blocker = blocker(thread);
        var holders = new ArrayList<SimThread>();
        if (blocker instanceof Task<?> task) {
            addThreadOf(task, holders);
        } else if (blocker instanceof TaskGroup group) {
            for (Task<?> task : group.activeTasks()) {
                addThreadOf(task, holders);
            }
        } else if (blocker != null && owners != null) {
            var owner = owners.ownerOf(blocker);
            if (owner != null) {
                holders.add(owner);
            }
        }
        return holders;
    }

    private void addThreadOf(Task<?> task, List<SimThread> found) {
        for (SimThread thread : world.crowd().alive()) {
            if (thread.task() == task) {
                found.add(thread);
            }
        }
    }

    private List<SimThread> circle() {
        Map<SimThread, SimThread> next = new HashMap<>();
        for (SimThread thread : world.crowd().alive()) {
            var holders = holders(thread);
            if (!holders.isEmpty()) {
                next.put(thread, holders.getFirst());
            }
        }
        for (SimThread start : next.keySet()) {
            var path = new ArrayList<SimThread>();
            for (SimThread t = start; t != null; t = next.get(t)) {
                int seen = path.indexOf(t);
                if (seen >= 0) {
                    return path.subList(seen, path.size());
                }
                path.add(t);
            }
        }
        return List.of();
    }
}
