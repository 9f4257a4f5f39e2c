// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

/** Waits awake for the tasks of a group, as long as that has paid lately. */
final class Patience {
    /*
     * To park a thread and unpark it costs more than most small groups do: a microsecond for a virtual thread, ten and more for a platform thread. So an
     * owner first looks, again and again, for about as long as that would take.
     *
     * Credit. Looking is worth it only if tasks are short and a processor is there to run them. Nobody knows that beforehand; so it depends on how the last
     * waits of the program went. A wait that ended while its owner looked restores the credit; each that did not takes a quarter of it, and after about
     * twenty of them owners park at once, but for one in PROBES, which tries again. So a program whose tasks wait for the network looks for a microsecond in
     * 64 waits, and one on a busy machine leaves the processor to those who have work for it.
     *
     * Fields: written by any owner without synchronization, since what is lost is a guess. In the steady state that is fast, in which all waits pay, nobody
     * writes to what all share; in the other, somebody is about to park anyway.
     *
     * Why only the backends of real time: elsewhere, who decides what runs has to know of each wait. Why not at other waits: a lock or a channel is
     * held for who knows how long, and java.util.concurrent, on which they are built, has its own mind about it. Why no yield before the park, which would
     * let the tasks go first that are queued on the same carrier: it gained three per cent for groups of one, and lost as much for larger ones (ADR 21).
     */
    private static final int PROBES = 64;
    private static final Patience VIRTUAL = new Patience(200);
    private static final Patience PLATFORM = new Patience(2_000);

    private final int most;
    private int credit;
    private int untilProbe = PROBES;

    Patience(int most) {
        this.most = most;
        this.credit = most;
    }

    /** Looks whether such tasks are left, for a while if that seems worth it; returns whether none are. */
    static boolean await(Group group, Ledger.Which which) {
        return group.backend() instanceof RealTime
                && (Thread.currentThread().isVirtual() ? VIRTUAL : PLATFORM).look(group, which);
    }

    private boolean look(Group group, Ledger.Which which) {
        int looks = looks();
        for (int i = 0; i < looks; i++) {
            if (group.hasNo(which)) {
                paid();
                return true;
            }
            Thread.onSpinWait();
        }
        if (looks > 0) {
            didNotPay();
        }
        return false;
    }

    /** How often the next wait is to look. */
    int looks() {
        int c = credit;
        if (c > 0) {
            return c;
        }
        int left = untilProbe - 1;
        untilProbe = left > 0 ? left : PROBES;
        return left > 0 ? 0 : most;
    }

    void paid() {
        if (credit != most) {
            credit = most;
        }
    }

    void didNotPay() {
        int c = credit;
        if (c > 0) {
            credit = c - Math.max(1, c / 4);
        }
    }
}
