// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.TaskGroup;
import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A primitive of {@code dev.espalier.sync} beside the one of {@code java.util.concurrent} that does the same for plain threads: the users, tasks in a
 * group, count together to a number. With one user nothing is contended; with more, each lets the others come to the primitive while it has it, so that
 * they wait in line. {@code juc} is fair, as Espalier's are; {@code jucUnfair} is what one gets by default.
 */
public class Primitives extends Workload {
    /** What protects the counter, or orders the turns. */
    public enum Primitive {
        /** A lock. */
        LOCK,
        /** A semaphore with one permit. */
        SEMAPHORE,
        /** A limiter with one token, beside a semaphore, which does not know its holders. */
        LIMITER,
        /** An event that is set already: the counters are the users' own. */
        EVENT,
        /** A condition: the users take turns. */
        CONDITION
    }

    static final int STEPS = 64 * 300;

    /** What the users count; guarded by the primitive. With an event, each user has one of its own. */
    private static final class Counter {
        private final boolean shared;
        private long value;

        Counter(boolean shared) {
            this.shared = shared;
        }

        /** Within what the primitive protects. Lets the others come to it meanwhile, so that there is contention on any machine. */
        @SuppressWarnings("ThreadPriorityCheck") // the yield is the point
        void add() {
            value++;
            if (shared) {
                Thread.yield();
            }
        }
    }

    /** One step of a user. */
    private interface Step {
        void once(int user, Counter counter) throws InterruptedException;
    }

    /** Whose primitive it is. */
    @Param({"espalier", "juc", "jucUnfair"})
    public String contender = "";

    /** Which one. */
    @Param
    public Primitive primitive = Primitive.LOCK;

    /** How many tasks use it at once. */
    @Param({"1", "2", "64"})
    public int users;

    private Step step = (_, _) -> {};

    /** Makes the primitive. */
    @Setup
    public void choose() {
        step = switch (contender) {
            case "espalier" -> espalier();
            case "juc" -> concurrent(true);
            case "jucUnfair" -> concurrent(false);
            default -> throw new IllegalArgumentException(contender + " is none of espalier, juc, jucUnfair");
        };
    }

    private Step espalier() {
        return switch (primitive) {
            case LOCK -> {
                var lock = new Lock();
                yield (_, counter) -> {
                    try (var _ = lock.acquire()) {
                        counter.add();
                    }
                };
            }
            case SEMAPHORE -> {
                var semaphore = new dev.espalier.sync.Semaphore(1);
                yield (_, counter) -> {
                    try (var _ = semaphore.acquire()) {
                        counter.add();
                    }
                };
            }
            case LIMITER -> {
                var limiter = new CapacityLimiter(1);
                yield (_, counter) -> {
                    try (var _ = limiter.acquire()) {
                        counter.add();
                    }
                };
            }
            case EVENT -> {
                var event = new Event();
                event.set();
                yield (_, counter) -> {
                    event.await();
                    counter.add();
                };
            }
            case CONDITION -> {
                var lock = new Lock();
                var turn = new Condition(lock);
                yield (user, counter) -> {
                    try (var _ = lock.acquire()) {
                        while (counter.value % users != user) {
                            turn.await();
                        }
                        counter.value++;
                        turn.signalAll();
                    }
                };
            }
        };
    }

    private Step concurrent(boolean fair) {
        return switch (primitive) {
            case LOCK -> {
                var lock = new ReentrantLock(fair);
                yield (_, counter) -> {
                    lock.lockInterruptibly();
                    try {
                        counter.add();
                    } finally {
                        lock.unlock();
                    }
                };
            }
            case SEMAPHORE, LIMITER -> {
                var semaphore = new Semaphore(1, fair);
                yield (_, counter) -> {
                    semaphore.acquire();
                    try {
                        counter.add();
                    } finally {
                        semaphore.release();
                    }
                };
            }
            case EVENT -> {
                var latch = new CountDownLatch(0);
                yield (_, counter) -> {
                    latch.await();
                    counter.add();
                };
            }
            case CONDITION -> {
                var lock = new ReentrantLock(fair);
                var turn = lock.newCondition();
                yield (user, counter) -> {
                    lock.lockInterruptibly();
                    try {
                        while (counter.value % users != user) {
                            turn.await();
                        }
                        counter.value++;
                        turn.signalAll();
                    } finally {
                        lock.unlock();
                    }
                };
            }
        };
    }

    /** All users count together; that no step is lost is checked. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void count() throws Exception {
        owner.run(() -> {
            int each = STEPS / users;
            boolean together = primitive != Primitive.EVENT;
            var counters = new Counter[users];
            var first = new Counter(/* shared= */ together && users > 1);
            TaskGroup.run(group -> {
                for (int user = 0; user < users; user++) {
                    int me = user;
                    Counter counter = together ? first : new Counter(/* shared= */ false);
                    counters[me] = counter;
                    var _ = group.fork(() -> {
                        for (int i = 0; i < each; i++) {
                            step.once(me, counter);
                        }
                    });
                }
            });
            long sum = 0;
            for (int user = 0; user < (together ? 1 : users); user++) {
                sum += counters[user].value;
            }
            if (sum != STEPS) {
                throw new IllegalStateException("the users took " + STEPS + " steps and counted to " + sum);
            }
        });
    }
}
