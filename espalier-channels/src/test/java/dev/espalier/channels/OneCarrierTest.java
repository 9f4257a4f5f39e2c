// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule N4 on real virtual threads of one carrier: who spins there until another thread has run does so for ever. */
class OneCarrierTest {
    /** What is done to a channel after a select that waits on it was chosen by another one, and has not run since. */
    enum Act {
        CLOSE,
        FAIL,
        MAKE_ROOM
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("N4 no call spins until a select's thread has run, with one carrier")
    void ends(Act act) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneCarrierTest.class.getName(),
                        act.name())
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs in a process of its own. */
    public static void main(String[] args) throws Exception {
        Act act = Act.valueOf(args[0]);
        var failure = new Throwable[] {new AssertionError("it has not ended")};
        Thread.startVirtualThread(() -> {
                    try {
                        after(act);
                        failure[0] = null;
                    } catch (Throwable t) {
                        failure[0] = t;
                    }
                })
                .join();
        if (failure[0] != null) {
            failure[0].printStackTrace();
        }
        System.exit(failure[0] == null ? 0 : 1);
    }

    private static void after(Act act) throws Exception {
        for (int round = 0; round < 100; round++) {
            Channel<Integer> a = Channel.buffered(1);
            Channel<Integer> b = Channel.buffered(1);
            if (act == Act.MAKE_ROOM) {
                a.send(0);
            }
            TaskGroup.run(group -> {
                var select = group.fork(() -> Select.<Integer>any(
                        act == Act.MAKE_ROOM ? Clause.send(a, 7, () -> 7) : Clause.receive(a, i -> i),
                        Clause.receive(b, i -> i)));
                while (b.statistics().receivers().isEmpty() || select.state() != Future.State.RUNNING) {
                    Thread.yield();
                }
                for (int i = 0; i < 10; i++) {
                    Thread.yield(); // until it has parked
                }
                assertThat(b.trySend(1)).isTrue();
                switch (act) {
                    case CLOSE -> assertThat(a.close()).isTrue();
                    case FAIL ->
                        assertThat(a.fail(new IllegalStateException("boom"))).isTrue();
                    case MAKE_ROOM -> {
                        assertThat(a.tryReceive()).hasValue(0);
                        assertThat(a.trySend(2)).isTrue();
                        assertThat(a.tryReceive()).hasValue(2);
                    }
                }
                assertThat(select.await()).isEqualTo(1);
            });
        }
    }
}
