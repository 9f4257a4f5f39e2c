// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** L7: what a group remembers. What is collectable is tried on the bare backend: a TestBackend keeps its threads, and those their bodies. */
public class HistoryTest {
    /** Something that must not be kept. */
    private static final class Load {
        final byte[] bytes = new byte[10_000];
    }

    private static long uncollected(List<? extends WeakReference<?>> references) {
        return references.stream().filter(r -> !r.refersTo(null)).count();
    }

    private static void assertCollected(List<? extends WeakReference<?>> references, long except) {
        for (int i = 0; i < 100 && uncollected(references) > except; i++) {
            System.gc();
            Thread.yield();
        }
        assertThat(uncollected(references)).as("not collected").isLessThanOrEqualTo(except);
    }

    @Test
    @DisplayName("L7 the history is 1,024 tasks long by default")
    void defaultHistory() {
        assertThat(Options.DEFAULT.history()).isEqualTo(1_024);
    }

    @BackendTest
    @DisplayName("L7 five thousand tasks end in an open group without a history: no list grows, all are counted")
    void noHistory() throws Exception {
        try (var group = TaskGroup.open(o -> o.history(0))) {
            int rounds = BackendExtension.isSimulated() ? 12 : 50;
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < 100; i++) {
                    var _ = group.fork(() -> 1);
                }
                group.join();
                assertThat(group.completedTasks()).isEmpty();
                assertThat(group.activeTasks()).isEmpty();
            }
            assertThat(group.stats().forked()).isEqualTo(100L * rounds);
            assertThat(group.stats().succeeded()).isEqualTo(100L * rounds);
            assertThat(group.stats().active()).isZero();
        }
    }

    @BackendTest
    @DisplayName("L7 more tasks end than the history holds: the last ones are listed, in the order of forking")
    void shortHistory() throws Exception {
        var tasks = new ArrayList<Task<?>>();
        try (var group = TaskGroup.open(o -> o.history(10))) {
            for (int i = 0; i < 25; i++) {
                var task = group.fork(() -> 1);
                tasks.add(task);
                group.join();
                var expected = tasks.subList(Math.max(0, tasks.size() - 10), tasks.size());
                assertThat(group.completedTasks()).containsExactlyElementsOf(expected);
            }
        }
    }

    @BackendTest
    @DisplayName("L7 more tasks end than the default history holds: 1,024 are listed")
    void defaultHistoryHolds() throws Exception {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 1_100; i++) {
                var _ = group.fork(() -> 1);
            }
            group.join();
            assertThat(group.completedTasks()).hasSize(1_024);
        }
    }

    @BackendTest
    @DisplayName("L7 failed and cancelled tasks share the history, and are not listed for ever")
    void failedAndCancelled() throws Exception {
        try (var _ = LogCapture.start();
                var group = TaskGroup.open(o -> o.history(4).failurePolicy(FailurePolicy.COLLECT))) {
            Task<?> failed = null;
            Task<?> cancelled = null;
            for (int i = 0; i < 20; i++) {
                failed = group.fork(Failures.throwing(new IOException("expected")));
                group.join();
                cancelled = group.fork(new Blocker());
                cancelled.cancel();
                group.join();
            }
            assertThat(group.failedTasks()).hasSizeLessThanOrEqualTo(4).endsWith(failed);
            assertThat(group.cancelledTasks()).hasSizeLessThanOrEqualTo(4).endsWith(cancelled);
            assertThat(group.failedTasks().size() + group.cancelledTasks().size())
                    .isEqualTo(4);
            assertThat(group.stats().failed()).isEqualTo(20);
            assertThat(group.stats().cancelled()).isEqualTo(20);
        }
    }

    @BackendTest
    @DisplayName("L7 tasks that never run, because the group is cancelled, do not pile up")
    void neverRan() throws Exception {
        try (var group = TaskGroup.open(o -> o.history(10))) {
            group.cancel();
            for (int i = 0; i < 10_000; i++) {
                var _ = group.fork(() -> 1);
            }
            assertThat(group.cancelledTasks()).hasSize(10);
            assertThat(group.stats().cancelled()).isEqualTo(10_000);
            assertThat(group.stats().active()).isZero();
            group.join();
        }
    }

    @BackendTest
    @DisplayName(
            "L7 bodies, values and handles of four thousand ended tasks: a bounded number is kept while the group is"
                    + " open")
    void collectableWhileOpen(TestBackend backend) throws Exception {
        var references = new ArrayList<WeakReference<?>>();
        try (var group = TaskGroup.open(o -> o.backend(backend.real()).history(0))) {
            for (int i = 0; i < 4_000; i++) {
                forkLoaded(group, references);
            }
            group.join();
            assertThat(references).hasSize(16_000);
            assertCollected(references, 4 * 1_100);
            assertThat(group.stats().succeeded()).isEqualTo(4_000);
        }
    }

    @BackendTest
    @DisplayName("L7 what the history has dropped long ago is collectable, what it holds is not")
    void collectableOldest(TestBackend backend) throws Exception {
        var dropped = new ArrayList<WeakReference<?>>();
        var held = new ArrayList<WeakReference<?>>();
        try (var group = TaskGroup.open(o -> o.backend(backend.real()).history(5))) {
            for (int i = 0; i < 500; i++) {
                forkLoaded(group, dropped);
            }
            group.join(); // so that they and newer ones have ended before the list is swept, at the 1,024th fork
            for (int i = 0; i < 500; i++) {
                forkLoaded(group, new ArrayList<>());
            }
            group.join();
            for (int i = 0; i < 1_000; i++) {
                forkLoaded(group, new ArrayList<>());
            }
            group.join();
            for (int i = 0; i < 5; i++) {
                var value = new Load();
                held.add(new WeakReference<>(value));
                var _ = group.fork(() -> value);
                group.join();
            }
            assertCollected(dropped, 0);
            assertThat(uncollected(held)).isEqualTo(5);
            assertThat(group.completedTasks()).hasSize(5);
        }
    }

    private static void forkLoaded(TaskGroup group, List<WeakReference<?>> references) {
        var captured = new Load();
        var value = new Load();
        references.add(new WeakReference<>(captured));
        references.add(new WeakReference<>(value));
        Callable<Load> body = () -> {
            assertThat(captured.bytes).isNotEmpty();
            return value;
        };
        references.add(new WeakReference<>(body));
        references.add(new WeakReference<>(group.fork(body)));
    }

    @BackendTest
    @DisplayName("L7 a group that has ended, its tasks, values and failures are collectable, cancelled and failed ones"
            + " included")
    void collectableAfterEnd(TestBackend backend) throws Exception {
        var references = new ArrayList<WeakReference<?>>();
        runAndForget(backend.real(), references);
        assertThat(references).hasSize(12);
        assertCollected(references, 0);
    }

    private static void runAndForget(Backend backend, List<WeakReference<?>> references) throws Exception {
        TaskGroup.run(o -> o.backend(backend), group -> {
            references.add(new WeakReference<>(group));
            forkLoaded(group, references);
            references.add(new WeakReference<>(group.fork(new Blocker())));
            references.add(new WeakReference<>(CancelScope.current()));
            group.cancel();
        });
        var failure = new IOException("expected");
        references.add(new WeakReference<>(failure));
        var thrown = catchThrowable(() -> TaskGroup.run(o -> o.backend(backend), group -> {
            references.add(new WeakReference<>(group));
            references.add(new WeakReference<>(group.fork(Failures.throwing(failure))));
        }));
        references.add(new WeakReference<>(thrown));
        var scope = CancelScope.withTimeout(Duration.ofDays(1));
        references.add(new WeakReference<>(scope));
        boolean ended = scope.run(() -> {
            scope.cancel();
            CancelScope.checkpoint();
        });
        assertThat(ended).isFalse();
    }
}
