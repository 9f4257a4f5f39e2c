// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;

/** Does something from a foreign thread as soon as a thread is blocked. */
final class WhenBlocked {
    private WhenBlocked() {}

    /** Runs the action when the thread is blocked. */
    static Foreign run(Thread thread, Action action) {
        return Foreign.run(() -> {
            Threads.awaitBlocked(thread);
            action.run();
        });
    }

    /** Runs the action when the calling thread is blocked. */
    static Foreign me(Action action) {
        return run(Thread.currentThread(), action);
    }

    /** Interrupts the calling thread when it is blocked. */
    static Foreign interruptMe() {
        var me = Thread.currentThread();
        return run(me, me::interrupt);
    }
}
