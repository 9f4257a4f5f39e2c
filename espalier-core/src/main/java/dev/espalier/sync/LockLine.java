// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.Task;
import dev.espalier.internal.Caller;
import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The owner of a lock, and those who wait for it. The claim of a turn is how often the lock is to be held. */
final class LockLine extends WaitLine implements Permit.Source {
    /*
     * The waiting is that of WaitLine. As long as nobody waits, taking the lock and giving it back need no monitor:
     *
     *   acquire   nobody waits, owner null -> the caller (compare-and-set). Else: once more, if it is the owner; or it joins the queue, under the monitor,
     *             and tries once more if it is the first.
     *   release   by the owner: more > 0 -> more - 1; else owner -> null (volatile), and if somebody waits, the line advances.
     *   hand-over under the monitor: owner null -> the first one (compare-and-set), by whoever advances the line.
     * Under the monitor, too, owner is taken by compare-and-set, since others take it without. Nobody takes it from its owner.
     *
     * Who saw nobody waiting may take the lock after another has joined the queue: it came first, and that one gets it next. tryAcquire looks again once
     * it has the lock, and gives it back if somebody waits then, because it promises that nobody does.
     *
     * Fields
     *   owner    who holds it, as Caller says it: one word, so that whoever looks sees a whole one. null: free.
     *   thread   of the owner: written by who becomes the owner, or by who makes it the owner; null before owner is. It is what release compares with, as the
     *            thread is what counts: a task that has ended may still run a callback. Each thread sees what it needs without a fence: if it is the
     *            owner, it has written this itself, or has seen its turn granted after that; if not, it has written null after it was, or
     *            never wrote it.
     *   more     how often the owner holds it beyond once: written by the owner, or by who makes it the owner, before its turn is granted; 0 while free.
     *
     * Memory ordering. acquire: joins (waiting, volatile), then tries to take. release: owner = null (volatile), then reads waiting. One of the two sees the
     * other. What the owner did happens-before the next one's compare-and-set, which reads the null.
     * thread and more are written with release, and read with acquire by others, who read owner again after that: what belongs to a later owner is
     * not taken for this one's.
     *
     * Why not the Party in place of owner, which says it all: it is made only when somebody asks. Why not the thread alone: a thread that has ended does not
     * lead to its task. Why not the task alone: that has no thread when it has ended.
     */
    private static final int CLOSED = 1; // mark of a permit: written and read by the thread that acquired it

    private static final VarHandle OWNER;
    private static final VarHandle THREAD;
    private static final VarHandle MORE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(LockLine.class, "owner", Object.class);
            THREAD = lookup.findVarHandle(LockLine.class, "thread", Thread.class);
            MORE = lookup.findVarHandle(LockLine.class, "more", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private volatile @Nullable Object owner;
    private @Nullable Thread thread;
    private int more;

    LockLine(String name) {
        this.name = name;
    }

    static Turn turn(int holds) {
        return Turn.here(holds);
    }

    // ---- by the caller

    boolean isMine() {
        return thread == Thread.currentThread();
    }

    /** Becomes the owner if there is none. */
    boolean tryOwn(Object who) {
        return tryOwn(who, Thread.currentThread());
    }

    private boolean tryOwn(Object who, Thread its) {
        if (owner != null || !OWNER.compareAndSet(this, null, who)) {
            return false;
        }
        THREAD.setRelease(this, its);
        return true;
    }

    /** Becomes the owner if there is none, and nobody waits to be it. */
    boolean tryOwnBeforeAnybody(Object who) {
        if (isWaitedFor() || !tryOwn(who)) {
            return false;
        }
        if (!isWaitedFor()) {
            return true;
        }
        int _ = free();
        advance();
        return false;
    }

    boolean reenter() {
        if (!isMine()) {
            return false;
        }
        MORE.setRelease(this, more + 1);
        return true;
    }

    /** How often the caller, which is the owner, holds it. */
    int holds() {
        return more + 1;
    }

    /** Makes it free, however often it is held; by its owner, or for one that leaves. */
    int free() {
        int held = more + 1;
        more = 0;
        THREAD.setRelease(this, (Thread) null);
        owner = null;
        return held;
    }

    @Override
    public void release(Permit permit) {
        if (permit.mark == CLOSED) {
            throw permit.closedBefore();
        }
        if (permit.thread != Thread.currentThread()
                || !isMine()) { // its thread may wait for a signal, and another one be the owner
            throw notMine("close the permit of " + permit.party());
        }
        permit.mark = CLOSED;
        if (more > 0) {
            MORE.setRelease(this, more - 1);
        } else {
            THREAD.setRelease(this, (Thread) null);
            owner = null;
            advance();
        }
    }

    IllegalStateException notMine(String what) {
        Party now = owner();
        return new IllegalStateException(describe() + " is " + (now == null ? "free" : "held by " + now) + ", and "
                + Turn.here(null).party() + " tried to " + what
                + "; only who holds it may. Use a Semaphore for a permit that another task closes");
    }

    // ---- under the monitor

    @Override
    protected boolean take(Turn turn) {
        if (!tryOwn(turn.who(), turn.thread())) {
            return false;
        }
        MORE.setRelease(this, (Integer) Objects.requireNonNull(turn.claim) - 1);
        return true;
    }

    @Override
    protected void putBack(Turn turn) {
        int _ = free();
    }

    // ---- by anyone

    /** The owner, if it has ended: then the lock is never given back. */
    @Nullable
    Party ownerThatHasEnded() {
        Object now = owner;
        if (now == null || !Caller.hasEnded(now)) {
            return null;
        }
        Party gone = owner();
        return owner == now ? gone : null; // looked at again, now that it can give nothing back any more
    }

    private @Nullable Party owner() {
        while (true) {
            Object now = owner;
            Party party = now == null ? null : partyOf(now);
            if (now == null || party != null) {
                return party;
            }
        }
    }

    /** The owner, for people; null if it is not the owner any more. */
    private @Nullable Party partyOf(Object now) {
        Thread its = Caller.threadOf(now);
        if (its == null) { // a task that has ended, and has become the owner before
            its = (Thread) THREAD.getAcquire(this);
        }
        return its == null || owner != now ? null : new Party(its, now instanceof Task<?> task ? task : null);
    }

    Lock.Statistics statistics() {
        synchronized (monitor) { // nobody joins, or is let in, meanwhile
            while (true) {
                Object now = owner;
                if (now == null) {
                    return new Lock.Statistics(null, 0, waiting());
                }
                int holds = (int) MORE.getAcquire(this) + 1;
                Party party = partyOf(now);
                if (party != null) {
                    return new Lock.Statistics(party, holds, waiting());
                }
            }
        }
    }

    @Override
    public String describe() {
        return "lock '" + name + "'";
    }

    @Override
    public List<Party> holders() {
        Party now = owner();
        return now == null ? List.of() : List.of(now);
    }
}
