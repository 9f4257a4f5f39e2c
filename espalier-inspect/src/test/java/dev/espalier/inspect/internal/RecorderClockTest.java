// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Exact and coarse time. */
class RecorderClockTest {
    @Test
    @DisplayName("in a burst the clock becomes coarse, goes on, and is exact again after it")
    void burst() {
        try (var clock = new RecorderClock()) {
            long[] times = new long[20_000_000];
            for (int i = 0; i < times.length; i++) {
                times[i] = clock.now();
            }
            long distinct = Arrays.stream(times).distinct().count();
            assertThat(distinct).as("the clock was read for few of them").isBetween(3L, times.length / 2L);
            assertThat(clock.exact() - times[times.length - 1]).isBetween(0L, 1_000_000_000L);
            assertThat(times[times.length - 1]).isGreaterThan(times[0]);
            while (clock.isCoarse()) {
                Thread.onSpinWait();
            }
            long before = clock.exact();
            assertThat(clock.now()).isBetween(before, before + 1_000_000_000L);
        }
    }

    @Test
    @DisplayName("a clock that is closed is exact, however often it is read")
    void closed() {
        var clock = new RecorderClock();
        clock.close();
        long last = 0;
        for (int i = 0; i < 1_000_000; i++) {
            long now = clock.now();
            assertThat(now >= last).isTrue();
            last = now;
        }
        while (clock.isCoarse()) {
            Thread.onSpinWait();
        }
        assertThat(clock.exact() - clock.now()).isLessThan(1_000_000_000L);
    }
}
