// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.internal.Wheel.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of a wheel's timers, held against a plain set. */
class WheelTest {
    private static final long MILLI = 1_000_000;

    /** A wheel beside a set of the same timers. */
    private static final class Both {
        final Wheel wheel = new Wheel();
        final Map<Timer, Integer> set = new HashMap<>();
        final Set<Integer> fired = new HashSet<>();
        int made;
        long now;

        Timer set(long due) {
            int number = made++;
            var timer = new Timer(due, () -> assertThat(fired.add(number)).isTrue());
            wheel.set(timer);
            set.put(timer, number);
            assertThat(wheel.look()).isLessThanOrEqualTo(timer.due());
            return timer;
        }

        void remove(Timer timer) {
            wheel.remove(timer);
            set.remove(timer);
        }

        void turnTo(long time) {
            now = time;
            fired.clear();
            var due = new HashSet<Integer>();
            set.forEach((timer, number) -> {
                if (timer.due() <= time) {
                    due.add(number);
                }
            });
            wheel.turn(time, Runnable::run);
            assertThat(fired).isEqualTo(due);
            set.keySet().removeIf(timer -> timer.due() <= time);
            assertThat(wheel.size()).isEqualTo(set.size());
            long first = set.keySet().stream().mapToLong(Timer::due).min().orElse(Wheel.NEVER);
            assertThat(wheel.look()).isLessThanOrEqualTo(first);
            assertThat(wheel.look() == Wheel.NEVER).isEqualTo(set.isEmpty());
            assertThat(wheel.look())
                    .as("there is no use in looking again at once")
                    .isGreaterThan(time);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000, MILLI, 100 * MILLI, 10_000 * MILLI, 3_600_000 * MILLI, 1L << 52})
    @DisplayName("T6 timers fire when they are due, not before, and not if they were taken back, at whatever distance")
    void againstModel(long distance) {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var both = new Both();
        both.turnTo(random.nextLong(1L << 40));
        List<Timer> live = new ArrayList<>();
        try {
            for (int i = 0; i < 20_000; i++) {
                int what = random.nextInt(10);
                if (what < 5) {
                    live.add(both.set(both.now + (long) (distance * Math.pow(random.nextDouble(), 4)) - 10));
                } else if (what < 8 && !live.isEmpty()) {
                    both.remove(live.remove(random.nextInt(live.size()))); // perhaps one that has fired
                } else if (what == 8) {
                    both.turnTo(both.now + random.nextLong(1 + distance / 20));
                } else if (both.wheel.look() != Wheel.NEVER) {
                    both.turnTo(Math.max(both.now, both.wheel.look()));
                }
                if (live.size() > 200) {
                    live.clear();
                }
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ", distance " + distance, e);
        }
    }

    @Test
    @DisplayName("T6 following what the wheel says comes to a far timer in few steps, and not before its time")
    void fewSteps() {
        var both = new Both();
        both.turnTo(123_456_789);
        long due = Duration.ofDays(400).toNanos() + 17;
        var _ = both.set(due);
        int steps = 0;
        while (both.fired.isEmpty()) {
            assertThat(both.now).isLessThan(due);
            both.turnTo(both.wheel.look());
            steps++;
        }
        assertThat(both.now).isEqualTo(due);
        assertThat(steps).isLessThanOrEqualTo(8);
    }

    @Test
    @DisplayName("T6 a timer beyond all levels, and one that was due before the clock began, are timers like others")
    void ends() {
        var both = new Both();
        var _ = both.set(Long.MAX_VALUE);
        var _ = both.set(-5);
        both.turnTo(0);
        assertThat(both.fired).containsExactly(1);
        assertThat(both.wheel.size()).isOne();
    }

    @Test
    @DisplayName("T6 what fires may set and take back timers of the same wheel")
    void reentrant() {
        var wheel = new Wheel();
        var fired = new ArrayList<String>();
        var other = new Timer(7, () -> fired.add("other"));
        wheel.set(new Timer(5, () -> {
            fired.add("first");
            wheel.remove(other);
            wheel.set(new Timer(6, () -> fired.add("second")));
        }));
        wheel.set(other);
        wheel.turn(5, Runnable::run);
        assertThat(fired).containsExactly("first");
        wheel.turn(100 * MILLI, Runnable::run);
        assertThat(fired).containsExactly("first", "second");
        assertThat(wheel.size()).isZero();
    }
}
