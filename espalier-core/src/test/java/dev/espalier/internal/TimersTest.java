// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that waits for timers, on the JVM's clock. */
@Timeout(60)
class TimersTest {
    private static final long MILLI = 1_000_000;

    @Test
    @DisplayName("T6 timers that several threads set, of which some are taken back, fire once each, none too early")
    void fromSeveralThreads() throws Exception {
        var timers = new Timers(4, 10 * MILLI, Runnable::run);
        long seed = new Random().nextLong();
        var late = new Phaser(1); // counts what is to fire
        var wrong = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            var random = new Random(seed + t);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    long delay = random.nextLong(3 * MILLI);
                    if (random.nextInt(4) > 0) {
                        var taken = timers.set(() -> {}, Duration.ofHours(1).toNanos() + delay);
                        taken.close();
                        taken.close();
                    } else {
                        var fired = new AtomicInteger();
                        int phase = late.register();
                        long due = System.nanoTime() + delay;
                        var _ = timers.set(
                                () -> {
                                    if (System.nanoTime() - due < 0 || fired.incrementAndGet() > 1) {
                                        wrong.incrementAndGet();
                                    }
                                    int _ = late.arriveAndDeregister();
                                },
                                delay);
                        assertThat(phase).isZero();
                        if (late.getUnarrivedParties() > 50_000) {
                            Thread.yield();
                        }
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        int _ = late.awaitAdvanceInterruptibly(late.arrive(), 30, TimeUnit.SECONDS);
        assertThat(wrong).as("seed %d", seed).hasValue(0);
        assertThat(timers.pending()).isZero();
    }

    @RepeatedTest(20)
    @DisplayName(
            "T6 a timer that is set at the moment in which the thread ends, because there was none, starts another")
    void atTheEnd() throws Exception {
        var timers = new Timers(1, MILLI, Runnable::run);
        var random = new Random();
        for (int i = 0; i < 20; i++) {
            var fired = new CountDownLatch(1);
            var _ = timers.set(fired::countDown, 1);
            fired.await();
            long wait = System.nanoTime() + MILLI - 200_000 + random.nextLong(400_000); // about when it ends
            while (System.nanoTime() - wait < 0) {
                Thread.onSpinWait();
            }
        }
    }

    @RepeatedTest(20)
    @DisplayName("T6 timers that are set while the thread looks are not missed")
    void whileItLooks() throws Exception {
        var timers = new Timers(2, 1_000 * MILLI, Runnable::run);
        var barrier = new CyclicBarrier(3);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            long salt = t;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        var fired = new CountDownLatch(1);
                        var _ = barrier.await();
                        var _ = timers.set(fired::countDown, 50_000 * (1 + (i * salt) % 3));
                        fired.await();
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("T6 an action that throws, or sets another timer, does not stop the others")
    void actions() throws Exception {
        var fired = new CountDownLatch(2);
        var timers = new Timers(1, MILLI, action -> {
            try {
                action.run();
            } catch (IllegalStateException e) {
                fired.countDown();
            }
        });
        var _ = timers.set(
                () -> {
                    var _ = timers.set(fired::countDown, MILLI);
                    throw new IllegalStateException("on purpose");
                },
                MILLI);
        fired.await();
    }
}
