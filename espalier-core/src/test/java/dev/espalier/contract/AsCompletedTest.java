// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import dev.espalier.FailurePolicy;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;

/** Rules C7, D1 and K5 for asCompleted: tasks in the order in which they terminate. */
public class AsCompletedTest {
    @BackendTest
    @DisplayName("C7 asCompleted gives each task once, in the order in which they terminate, in whatever way")
    void order() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var gates = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
            var first = group.fork("first", Failures.throwingAfter(gates.get(0), new IOException("down")));
            var second = group.fork("second", () -> gates.get(1).await());
            var third = group.fork("third", () -> gates.get(2).await());
            var expected = List.of(third, first, second);
            var got = new ArrayList<Task<Void>>();
            gates.get(2).countDown();
            for (Task<Void> task : Tasks.asCompleted(List.of(first, second, third))) {
                assertThat(task.isDone()).isTrue();
                got.add(task);
                if (task == third) {
                    gates.get(0).countDown();
                } else if (task == first) {
                    gates.get(1).countDown();
                }
            }
            assertThat(got).isEqualTo(expected);
            boolean _ = first.outcome().isPresent();
        });
    }

    @BackendTest
    @DisplayName("C7 tasks that have terminated already, none, many, the same twice; each iterator waits for itself")
    void edges() throws Exception {
        TaskGroup.run(group -> {
            var done = group.fork(() -> 1);
            assertThat(done.await()).isEqualTo(1);
            assertThat(Tasks.asCompleted(List.of(done, done))).containsExactly(done, done);
            assertThat(Tasks.asCompleted(List.<Task<?>>of())).isEmpty();
            var tasks = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 1_000; i++) {
                int item = i;
                tasks.add(group.fork(() -> item));
            }
            var completed = Tasks.asCompleted(tasks);
            for (int i = 0; i < 2; i++) {
                assertThat(completed).containsExactlyInAnyOrderElementsOf(tasks);
            }
            var iterator = Tasks.asCompleted(List.of(done)).iterator();
            assertThat(iterator.hasNext()).isTrue();
            assertThat(iterator.next()).isSameAs(done);
            assertThat(iterator.hasNext()).isFalse();
            assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        });
    }

    @BackendTest
    @DisplayName("C7 a cancelled caller gets CancellationException, which its scope knows, and nothing is lost with it")
    void cancelled() throws Exception {
        TaskGroup.run(group -> {
            var gate = new CountDownLatch(1);
            var task = group.fork(() -> {
                gate.await();
                return 1;
            });
            var iterator = Tasks.asCompleted(List.of(task)).iterator();
            var scope = CancelScope.create();
            try (var _ = WhenBlocked.me(() -> scope.cancel("enough"))) {
                assertThat(scope.run(() -> {
                            assertThatThrownBy(iterator::next)
                                    .isExactlyInstanceOf(CancellationException.class)
                                    .hasCauseInstanceOf(CancelledException.class)
                                    .hasMessage("enough");
                            var _ = iterator.next();
                        }))
                        .isFalse();
            }
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            try (var _ = WhenBlocked.interruptMe()) {
                assertThatThrownBy(iterator::next)
                        .isExactlyInstanceOf(CancellationException.class)
                        .cause()
                        .isExactlyInstanceOf(InterruptedException.class);
            }
            assertThat(Thread.interrupted()).isTrue();
            gate.countDown();
            assertThat(iterator.next()).isSameAs(task);
        });
    }

    @BackendTest
    @DisplayName("K5 an abandoned iterator disturbs no task, and the group ends as usual")
    void abandoned() throws Exception {
        TaskGroup.run(group -> {
            var tasks = new ArrayList<Task<Integer>>();
            for (int i = 0; i < 100; i++) {
                int item = i;
                tasks.add(group.fork(() -> item));
            }
            assertThat(Tasks.asCompleted(tasks).iterator().next()).isIn(tasks);
            assertThat(tasks).allSatisfy(task -> assertThat(task.await()).isNotNegative());
        });
    }

    @BackendTest
    @DisplayName("C7 a stress of completions and a taker that is woken for nothing: every task comes, once")
    void stress() throws Exception {
        for (int round = 0; round < 200; round++) {
            TaskGroup.run(group -> {
                var me = Thread.currentThread();
                List<Task<Void>> tasks = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    int spins = i * 50;
                    tasks.add(group.fork(() -> {
                        Race.spin(spins);
                        java.util.concurrent.locks.LockSupport.unpark(me);
                    }));
                }
                var got = new ArrayList<Task<Void>>();
                Tasks.asCompleted(tasks).forEach(got::add);
                assertThat(got).containsExactlyInAnyOrderElementsOf(tasks);
            });
        }
    }

    @BackendTest
    @DisplayName("D1 waiting for oneself among others is refused; a null is refused")
    void wrong() throws Exception {
        TaskGroup.run(group -> {
            var self = new CompletableFuture<Task<Void>>();
            self.complete(group.fork(() -> {
                assertThatThrownBy(() -> Tasks.asCompleted(List.of(self.get())).iterator())
                        .isInstanceOf(IllegalStateException.class);
            }));
            assertThat(self.get().await()).isNull();
        });
        assertThatThrownBy(() -> Tasks.asCompleted(Collections.singletonList((Task<?>) null)))
                .isInstanceOf(NullPointerException.class);
    }
}
