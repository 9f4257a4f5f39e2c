// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Opens once; threads wait for that whatever happens to them. */
final class Latch {
    /*
     * A CountDownLatch that parks through the backend, so that a backend which decides who runs knows of the wait.
     *
     * A waiter adds itself and then looks whether the latch is open; opening marks it and then wakes who has been added. So no
     * waiter is missed. A thread may be unparked that no longer waits, which every park allows for.
     */
    private record Waiting(Thread thread, Backend backend) {}

    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean open;

    void open() {
        open = true;
        for (Waiting waiter = waiting.poll(); waiter != null; waiter = waiting.poll()) {
            waiter.backend.unpark(waiter.thread);
        }
    }

    /** Waits with the interrupt status set aside (L9). */
    void awaitUninterruptibly(Backend backend) {
        if (open) {
            return;
        }
        waiting.add(new Waiting(Thread.currentThread(), backend));
        boolean interrupted = false;
        while (!open) {
            interrupted |= Thread.interrupted();
            backend.park(this);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
