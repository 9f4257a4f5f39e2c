// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;

/** Rule K2 for zip: results of different types, combined. */
public class ZipTest {
    @BackendTest
    @DisplayName("K2 zip combines two to five results of different types, on the caller's thread")
    void combines() throws Exception {
        var me = Thread.currentThread();
        assertThat(Tasks.<String, Integer, String, RuntimeException>zip(() -> "a", () -> 1, (a, b) -> {
                    assertThat(Thread.currentThread()).isSameAs(me);
                    return a + b;
                }))
                .isEqualTo("a1");
        String three = Tasks.zip(() -> "a", () -> 1, () -> 'c', (a, b, c) -> a + b + c);
        assertThat(three).isEqualTo("a1c");
        String four = Tasks.zip(() -> "a", () -> 1, () -> 'c', () -> 2L, (a, b, c, d) -> a + b + c + d);
        assertThat(four).isEqualTo("a1c2");
        String five =
                Tasks.zip(() -> "a", () -> 1, () -> 'c', () -> 2L, () -> true, (a, b, c, d, e) -> a + b + c + d + e);
        assertThat(five).isEqualTo("a1c2true");
    }

    @BackendTest
    @DisplayName("K2 zip runs its callables at once, and takes null results")
    void atOnce() throws Exception {
        var both = new CountDownLatch(2);
        String nulls = Tasks.zip(
                () -> {
                    both.countDown();
                    both.await();
                    return (String) null;
                },
                () -> {
                    both.countDown();
                    both.await();
                    return null;
                },
                (a, b) -> Objects.toString(a) + b);
        assertThat(nulls).isEqualTo("nullnull");
    }

    @BackendTest
    @DisplayName("F3 what combine throws leaves as it is, with its static type; it is not called if a callable failed")
    void failures() {
        assertThatThrownBy(() -> combineWithIo()).isExactlyInstanceOf(IOException.class);
        var called = new AtomicBoolean();
        var failure = new IOException("down");
        assertThatThrownBy(() -> Tasks.zip(
                        () -> 1,
                        () -> {
                            throw failure;
                        },
                        (a, b) -> {
                            called.set(true);
                            return a;
                        }))
                .isInstanceOf(TaskGroupException.class)
                .hasCause(failure)
                .hasMessageContaining("zip[1]");
        assertThat(called).isFalse();
    }

    /** The compiler knows what combine throws. */
    private static int combineWithIo() throws IOException, InterruptedException {
        return Tasks.zip(() -> 1, () -> 2, (a, b) -> {
            if (a < b) {
                throw new IOException("combine");
            }
            return a;
        });
    }

    @BackendTest
    @DisplayName("K2 a null callable of zip is named with its index, and nothing is started")
    void nulls(TestBackend backend) {
        assertThatThrownBy(() -> Tasks.zip(() -> 1, () -> 2, null, (a, b, c) -> a))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("callable 2 of 3");
        assertThat(backend.threads()).isEmpty();
    }
}
