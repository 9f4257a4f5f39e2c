// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.inspect.internal.Register.Sheet;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Entries that are found by a number. */
class RegisterTest {
    private static void write(Register register, long number) {
        Sheet sheet = Objects.requireNonNull(register.sheet(number));
        sheet.set(number, 1, -number);
        sheet.setRef(number, 0, "n" + number);
        sheet.publish(number, 0, number + 1);
    }

    @Test
    @DisplayName("at least as many entries are kept as were asked for, the last ones; the others are counted")
    void keeps() {
        for (int least : new int[] {1, 4_095, 4_096, 4_097, 20_000}) {
            var register = new Register(1, 2, 1, least);
            long last = 123_456;
            for (long number = 5_000; number <= last; number++) {
                write(register, number);
            }
            long kept = 0;
            for (Sheet sheet : register.sheets()) {
                for (long number = sheet.first(); number < sheet.first() + Register.SIZE; number++) {
                    if (sheet.key(number, 0) != 0) {
                        kept++;
                        assertThat(sheet.key(number, 0)).isEqualTo(number + 1);
                        assertThat(sheet.get(number, 1)).isEqualTo(-number);
                        assertThat(sheet.ref(number, 0)).isEqualTo("n" + number);
                        assertThat(number).isGreaterThan(last - kept - 20_000 - 12 * 4_096);
                    }
                }
            }
            assertThat(kept).isGreaterThanOrEqualTo(least);
            assertThat(kept + register.forgotten()).isEqualTo(last - 5_000 + 1);
            for (long number = last; number > last - least; number--) {
                assertThat(register.find(number))
                        .as("%d of the last %d", number, least)
                        .isNotNull();
            }
        }
    }

    @Test
    @DisplayName("who comes too late with an old number is refused, and nothing of the new is touched")
    void tooLate() {
        var register = new Register(1, 2, 1, 1);
        write(register, 1);
        write(register, 1_000_000);
        write(register, 1_000_000 + 4_096);
        assertThat(register.sheet(1)).isNull();
        assertThat(register.find(1)).isNull();
        assertThat(Objects.requireNonNull(register.find(1_000_000)).key(1_000_000, 0))
                .isEqualTo(1_000_001);
        assertThat(register.forgotten()).isEqualTo(1);
    }

    @Test
    @DisplayName("of two who make the same sheet at once one wins, and nothing of the other is lost")
    void race() throws Exception {
        try (var pool = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 2_000; round++) {
                var register = new Register(1, 2, 1, 1);
                var barrier = new CyclicBarrier(2);
                var other = pool.submit(() -> {
                    barrier.await();
                    write(register, 1);
                    return true;
                });
                var one = pool.submit(() -> {
                    barrier.await();
                    write(register, 2);
                    return true;
                });
                assertThat(one.get() && other.get()).isTrue();
                Sheet sheet = Objects.requireNonNull(register.find(1));
                assertThat(sheet.key(1, 0)).isEqualTo(2);
                assertThat(sheet.key(2, 0)).isEqualTo(3);
            }
        }
    }
}
