// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Counters that are read while what they count goes on. */
class CountersTest {
    private static final int ROUNDS = 150;
    private static final int TASKS = 20;

    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "a counter never goes down and never says more than was true, whoever closes meanwhile; in the end it is"
                    + " exact")
    void monotone(Backend backend) throws Exception {
        var before = new AtomicLong(); // at least so many will have been forked: written before the forks
        var going = new AtomicBoolean(true);
        var wrong = new ArrayList<String>();
        try (var metered = new Metered()) {
            TaskGroup.run(o -> o.name("warm"), _ -> {});
            TaskGroup.run(o -> o.name("counted"), _ -> {});
            Thread reader = Thread.ofPlatform().start(() -> {
                double last = 0;
                double lastEnded = 0;
                while (going.get()) {
                    double forked = metered.forked("counted");
                    double ended = metered.ended("counted", "succeeded") + metered.ended("counted", "cancelled");
                    check(wrong, forked >= last, "forked went down from " + last + " to " + forked);
                    check(wrong, ended >= lastEnded, "ended went down from " + lastEnded + " to " + ended);
                    check(wrong, forked <= before.get(), "forked is " + forked + " of " + before.get());
                    // one more: the task that is just being forked, by the one thread that forks
                    check(wrong, ended <= before.get() + 1, "ended is " + ended + " of " + before.get());
                    last = forked;
                    lastEnded = ended;
                }
            });
            try {
                Metered.on(backend, () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        boolean cancels = i % 3 == 0;
                        TaskGroup.run(o -> o.name("counted"), group -> {
                            for (int j = 0; j < TASKS; j++) {
                                before.incrementAndGet();
                                group.fork(() -> {});
                                if (cancels && j == TASKS / 2) {
                                    group.cancel();
                                }
                            }
                        });
                    }
                });
            } finally {
                going.set(false);
                reader.join();
            }
            assertThat(wrong).isEmpty();
            assertThat(metered.closed("counted")).isEqualTo(ROUNDS + 1);
            assertThat(metered.forked("counted")).isEqualTo(ROUNDS * TASKS);
            assertThat(metered.ended("counted", "succeeded")
                            + metered.ended("counted", "cancelled")
                            + metered.ended("counted", "failed"))
                    .isEqualTo(ROUNDS * TASKS);
            assertThat(metered.ended("counted", "cancelled")).isGreaterThanOrEqualTo(ROUNDS / 3 * (TASKS / 2 - 1));
        }
    }

    private static void check(List<String> wrong, boolean right, String what) {
        if (!right) {
            wrong.add(what);
        }
    }
}
