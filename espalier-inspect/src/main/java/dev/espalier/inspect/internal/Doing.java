// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Deadline;
import dev.espalier.internal.Awaited;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.sync.Party;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a thread is doing, in words.
 *
 * @param state in one word
 * @param what a verb and its object: {@code waits for lock 'a'}
 * @param on what is waited for in Espalier; null for anything else
 * @param holders who has that, where it is known
 * @param frames where in the user's own code, the innermost first
 */
record Doing(State state, String what, @Nullable Awaited on, List<Party> holders, List<String> frames) {
    private static final StackTraceElement[] NO_STACK = {};

    enum State {
        NEW,
        RUNS,
        WAITS,
        SLEEPS;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is known without a stack, or with one of which a few frames are kept. */
    static Doing of(Occupant occupant, int frames) {
        Thread thread = occupant.thread();
        return of(occupant, thread == null || frames == 0 ? NO_STACK : thread.getStackTrace(), frames);
    }

    static Doing of(Occupant occupant, StackTraceElement[] stack, int frames) {
        List<String> users = Sites.users(stack, frames);
        Awaited on = occupant.awaits();
        if (on != null) {
            return new Doing(State.WAITS, "waits for " + Words.line(on.what()), on, on.holders(), users);
        }
        Thread thread = occupant.thread();
        if (thread == null && occupant.task() == null) { // an application's, a stream's
            return new Doing(State.RUNS, "has no thread of its own", null, List.of(), users);
        }
        if (thread == null) {
            return new Doing(State.NEW, "has not started", null, List.of(), users);
        }
        Object blocker = occupant.blocker();
        return switch (thread.getState()) {
            case NEW -> new Doing(State.NEW, "has not started", null, List.of(), users);
            case TERMINATED -> new Doing(State.RUNS, "is ending", null, List.of(), users);
            case RUNNABLE -> {
                String io = JdkWaits.io(stack);
                yield new Doing(
                        io == null ? State.RUNS : State.WAITS, io == null ? "runs" : io, null, List.of(), users);
            }
            case BLOCKED -> new Doing(State.WAITS, "waits for a monitor (synchronized)", null, List.of(), users);
            case WAITING, TIMED_WAITING -> {
                String what = blocker instanceof Deadline ? "sleeps" : JdkWaits.parked(stack, blocker);
                yield new Doing(what.equals("sleeps") ? State.SLEEPS : State.WAITS, what, null, List.of(), users);
            }
        };
    }

    /** With those who have it. */
    String withHolders() {
        return holders.isEmpty() ? what : what + ", held by " + Words.holders(holders);
    }

    /** With those who have it, and where. */
    String inFull() {
        return frames.isEmpty() ? withHolders() : withHolders() + ", at " + frames.getFirst();
    }

    /** The same for all who do the same: what is waited for by identity, other tasks and groups by the shape of their names. */
    String look() {
        if (on == null) {
            return what + frames;
        }
        boolean named = on.task() != null || on.group() != null;
        return (named ? Words.shape(what) : what + "@" + System.identityHashCode(on.on())) + frames;
    }
}
