// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import dev.espalier.internal.Turn;
import dev.espalier.internal.WaitLine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The tokens of a limiter, and those who wait for one. The claim of a turn is its permit, of which {@code of} is the borrower. */
final class LimiterLine extends WaitLine implements Permit.Source {
    /*
     * States of a permit, in its mark, all under the monitor
     *   WAITING   it is in the table of tokens, so that nobody else borrows for the same borrower, and has no token
     *   BORROWED  it is in the table, and has one
     *   RETURNED  it is in no table: it was given back, or never got a token
     *
     * Transitions
     *   WAITING -> BORROWED   at once, if nobody waits and there is one (borrow); or when its turn has come (take)
     *   WAITING -> RETURNED   who wanted it has given up (forget)
     *   BORROWED -> RETURNED  it is closed, or its borrower's token is returned, or who got it at that moment is cancelled (putBack)
     *
     * A step is one entry of the monitor: the table is asked with equals and hashCode, and two borrowers that are equal have to meet there, so that a word
     * that says how many are free would save nothing.
     */
    private static final int WAITING = 0;
    private static final int BORROWED = 1;
    private static final int RETURNED = 2;

    private final String name;
    /** Of permits that whoever has them may close. */
    final Permit.Source anyones = new Anyones();

    // all guarded by the monitor
    private int total;
    private int borrowed;
    /** By borrower, one each: those borrowed, and those waited for. */
    private final Map<Object, Permit> tokens = new LinkedHashMap<>();

    LimiterLine(String name, int total) {
        this.name = name;
        this.total = total;
    }

    // ---- by the caller

    /** Borrows a token if nobody waits for one; else whoever asks next for the borrower is told so. One token a borrower: to wait for a second one while there is
     * a first would never end well. */
    boolean borrow(Permit token) {
        Object borrower = Objects.requireNonNull(token.of);
        synchronized (monitor) {
            if (tokens.putIfAbsent(borrower, token) == null) {
                return !isWaitedFor() && take(token);
            }
        }
        throw new IllegalStateException(borrower + " has a token of " + describe()
                + ", or waits for one, and each borrower has one; close its permit first, or use a"
                + " Semaphore, which only counts");
    }

    /** Nobody waits for it any more. */
    void forget(Permit token) {
        synchronized (monitor) {
            if (token.mark == WAITING) {
                token.mark = RETURNED;
                tokens.remove(token.of, token);
            }
        }
    }

    @Override
    public void release(Permit permit) {
        if (permit.thread != Thread.currentThread()) {
            throw new IllegalStateException("the token of " + describe() + " was borrowed by " + permit.of
                    + ", and another thread tried to return it; use acquireOnBehalfOf if others return it");
        }
        giveBack(permit);
    }

    private void giveBack(Permit permit) {
        synchronized (monitor) {
            if (permit.mark != BORROWED) {
                throw permit.closedBefore();
            }
            returned(permit);
        }
        advance();
    }

    void release(Object borrower) {
        synchronized (monitor) {
            Permit permit = tokens.get(borrower);
            if (permit == null || permit.mark != BORROWED) {
                throw new IllegalStateException(borrower + " has no token of " + describe()
                        + " to return: it has borrowed none, or returned it before");
            }
            returned(permit);
        }
        advance();
    }

    void total(int tokens) {
        synchronized (monitor) {
            total = tokens;
        }
        advance();
    }

    // ---- under the monitor

    private boolean take(Permit token) {
        if (borrowed >= total) {
            return false;
        }
        borrowed++;
        token.mark = BORROWED;
        return true;
    }

    private void returned(Permit token) {
        token.mark = RETURNED;
        borrowed--;
        tokens.remove(token.of, token);
    }

    @Override
    protected boolean take(Turn turn) {
        return take(tokenOf(turn));
    }

    @Override
    protected void putBack(Turn turn) {
        Permit token = tokenOf(turn);
        if (token.mark == BORROWED) { // else it has been returned on behalf of its borrower meanwhile
            returned(token);
        }
    }

    private static Permit tokenOf(Turn turn) {
        return (Permit) Objects.requireNonNull(turn.claim);
    }

    // ---- to look at

    int total() {
        synchronized (monitor) {
            return total;
        }
    }

    int borrowed() {
        synchronized (monitor) {
            return borrowed;
        }
    }

    private Stream<Permit> out() {
        return tokens.values().stream().filter(token -> token.mark == BORROWED);
    }

    List<Object> borrowers() {
        synchronized (monitor) {
            return out().<Object>map(token -> Objects.requireNonNull(token.of)).toList();
        }
    }

    @Override
    public List<Party> acquirers() {
        synchronized (monitor) {
            return out().map(Permit::party).toList();
        }
    }

    @Override
    public String describe() {
        return "limiter '" + name + "'";
    }

    private final class Anyones implements Permit.Source {
        @Override
        public void release(Permit permit) {
            giveBack(permit);
        }

        @Override
        public String toString() {
            return describe();
        }
    }
}
