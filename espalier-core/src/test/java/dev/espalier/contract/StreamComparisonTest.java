// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guide's page on streams says of the JDK's {@code Gatherers.mapConcurrent}; the tests of our own are in StreamTest. */
@Timeout(60)
public class StreamComparisonTest {
    @Test
    @DisplayName("the JDK's goes on when its caller is interrupted, and restores the status")
    void interrupted() {
        Thread.currentThread().interrupt();
        assertThat(Stream.of(1, 2, 3).gather(Gatherers.mapConcurrent(2, i -> i)).toList())
                .isEqualTo(List.of(1, 2, 3));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @DisplayName(
            "the JDK's throws a failure when the results before it have been handed on, and as it is; an Error wrapped")
    void failure() {
        var failed = new CountDownLatch(1);
        var handedOn = new AtomicInteger();
        var failure = new IllegalStateException("down");
        assertThatThrownBy(() -> Stream.of(0, 1)
                        .gather(Gatherers.<Integer, Integer>mapConcurrent(2, i -> {
                            if (i == 1) {
                                failed.countDown();
                                throw failure;
                            }
                            boolean _ = Failures.uninterruptibly(failed);
                            return i;
                        }))
                        .forEach(_ -> handedOn.incrementAndGet()))
                .isSameAs(failure);
        assertThat(handedOn).hasValue(1);
        var error = new AssertionError("down");
        assertThatThrownBy(() -> Stream.of(0)
                        .gather(Gatherers.mapConcurrent(2, _ -> {
                            throw error;
                        }))
                        .toList())
                .isExactlyInstanceOf(RuntimeException.class)
                .hasCause(error);
    }

    @Test
    @DisplayName("the JDK's leaves its tasks running when the source throws")
    void failingSource() throws Exception {
        var blocker = new Blocker();
        assertThatThrownBy(() -> IntStream.range(0, 2)
                        .boxed()
                        .peek(i -> {
                            if (i == 1) {
                                Threads.until(blocker::hasEntered);
                                throw new IllegalStateException("the source is broken");
                            }
                        })
                        .gather(Gatherers.mapConcurrent(4, i -> {
                            try {
                                blocker.run();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return i;
                        }))
                        .toList())
                .isInstanceOf(IllegalStateException.class);
        assertThat(blocker.ended() || blocker.wasInterrupted()).isFalse();
        blocker.release();
        Threads.until(blocker::ended);
    }

    @Test
    @DisplayName("the JDK's cancels what is ahead when the stream has enough, or its consumer throws")
    void enough() throws Exception {
        for (boolean throwing : new boolean[] {true, false}) {
            var blocker = new Blocker();
            var stream = Stream.of(0, 1).gather(Gatherers.<Integer, Integer>mapConcurrent(2, i -> {
                try {
                    if (i == 1) {
                        blocker.run();
                    } else {
                        blocker.awaitEntered();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return i;
            }));
            if (throwing) {
                assertThatThrownBy(() -> stream.forEach(_ -> {
                            throw new IllegalStateException("broken");
                        }))
                        .isInstanceOf(IllegalStateException.class);
            } else {
                assertThat(stream.findFirst()).contains(0);
            }
            assertThat(blocker.wasInterrupted() && blocker.ended()).isTrue();
        }
    }
}
