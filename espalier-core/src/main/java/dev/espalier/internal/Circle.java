// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Party;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds that a wait for a lock would never end, because its holder waits, by way of others, for the thread that wants it. */
final class Circle {
    /*
     * A thread that is about to wait has joined the queue; then it looks, forwards: who holds what I wait for, what does that one wait for, who
     * holds that. Where each has one answer, the way is a chain; it is a circle if it comes back to the thread, or to a task or group that
     * the thread is below, which cannot end before it. Waits with a timeout, and waits of threads that are cancelled or interrupted, end by
     * themselves: they close no circle. Where a thing has no one holder (a semaphore, an event), the chain ends.
     *
     * Each joins before it looks, so that of the threads that close a circle together at least one sees it. What is seen was read bit by
     * bit; so it is read a second time, and is true if both are the same: a turn is one wait of one thread, and while it is in the queue the lock
     * cannot come back to who held it before, since that one would have to queue behind it. Of several that see it, one throws: the
     * reading and the withdrawal happen under a lock, which is taken only where a circle has been seen.
     *
     * Not found: a circle that a join or an await closes, while the lock is already waited for.
     */
    private static final Object FOUND = new Object();

    private Circle() {}

    /** Throws, and takes the turn out of its queue, if it would wait for ever. */
    static void refuse(Turn mine) {
        Strand here = mine.strand;
        if (here == null) {
            return;
        }
        VarHandle.fullFence(); // what it took without a lock and without a volatile write is seen by who joins from now
        // on
        if (chain(mine, here) == null) {
            return;
        }
        String message;
        synchronized (FOUND) {
            List<Object> chain = chain(mine, here);
            if (chain == null || !chain.equals(chain(mine, here))) {
                return;
            }
            message = describe(chain, mine, here);
            if (!withdraw(mine)) {
                return;
            }
        }
        throw new IllegalStateException(message);
    }

    private static String describe(List<Object> chain, Turn mine, Strand here) {
        var message = new StringBuilder("this wait would never end: ").append(Turn.party(mine.thread, here));
        for (Object step : chain) {
            switch (step) {
                case Turn turn
                when turn.line != null -> message.append(" waits for ").append(turn.line.describe());
                case Strand strand -> message.append(", held by ").append(strand.describe());
                case TaskWait wait ->
                    message.append(", which waits for ").append(wait.task().describe());
                case GroupWait wait ->
                    message.append(", which waits for all of ")
                            .append(wait.group().describe());
                default -> throw new AssertionError(step);
            }
        }
        return message.append(
                        "; take locks in the same order everywhere, and do not wait for tasks while holding a lock"
                                + " that they need")
                .toString();
    }

    private record TaskWait(TaskNode<?> task) {}

    private record GroupWait(Group group) {}

    /** Under the lock: whoever looks next sees that this thread does not wait any more, before it gets to say so. */
    private static boolean withdraw(Turn mine) {
        WaitLine line = mine.line;
        if (line == null || !line.withdraw(mine)) {
            return false;
        }
        mine.line = null;
        return true;
    }

    /** What leads from the turn back to its thread: turns and holders, by identity; null if it does not. */
    private static @Nullable List<Object> chain(Turn mine, Strand here) {
        var chain = new ArrayList<Object>();
        Turn turn = mine;
        while (true) {
            chain.add(turn);
            Strand holder = turn.granted ? null : holder(turn);
            if (holder == null || (chain.contains(holder) && holder != here)) {
                return null;
            }
            chain.add(holder);
            if (holder == here) {
                return chain;
            }
            Object waitsFor = isLeaving(holder) ? null : holder.waitingFor;
            while (waitsFor instanceof TaskNode<?> task && !task.isTerminated()) {
                var step = new TaskWait(task);
                if (chain.contains(step)) {
                    return null;
                }
                chain.add(step);
                if (here.isBelow(task)) {
                    return chain;
                }
                if (isLeaving(task)) {
                    return null;
                }
                waitsFor = task.waitingFor;
            }
            if (waitsFor instanceof Group group) {
                chain.add(new GroupWait(group));
                return here.isBelow(group) ? chain : null;
            }
            if (!(waitsFor instanceof Turn next) || next.timed) {
                return null;
            }
            turn = next;
        }
    }

    private static boolean isLeaving(Strand strand) {
        Thread thread = strand.thread;
        return thread == null || thread.isInterrupted() || strand.current.isEffectivelyCancelled();
    }

    private static @Nullable Strand holder(Turn turn) {
        WaitLine line = turn.line;
        if (line == null) {
            return null;
        }
        if (!line.isHeldFast()) { // first: it costs less
            return null;
        }
        List<Party> holders = line.holders();
        if (holders.size() != 1) {
            return null;
        }
        Party only = holders.getFirst();
        return only.task() instanceof TaskNode<?> task ? task : Strands.of(only.thread());
    }
}
