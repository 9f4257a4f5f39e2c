// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.FailurePolicy;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** F6: groups whose failures cancel nothing. */
public class SupervisorTest {
    private static TaskGroup open() {
        return TaskGroup.open(o -> o.failurePolicy(FailurePolicy.COLLECT));
    }

    @BackendTest
    @DisplayName("F6 one task of a supervisor fails: nothing is cancelled, the sibling goes on, join returns")
    void cancelsNothing() throws Exception {
        var failure = new IOException("task");
        var blocker = new Blocker();
        try (var logs = LogCapture.start()) {
            try (var group = open()) {
                var sibling = group.fork(blocker);
                blocker.awaitEntered();
                var failed = group.fork(Failures.throwing(failure));
                Threads.until(failed::isDone);
                assertThat(group.isCancelled()).isFalse();
                assertThat(sibling.isDone()).isFalse();
                assertThat(group.fork(() -> 7).await()).isEqualTo(7);
                blocker.release();
                group.join();
                assertThat(blocker.wasInterrupted()).isFalse();
                assertThat(sibling.status()).isEqualTo(TaskStatus.SUCCEEDED);
                assertThat(failed.status()).isEqualTo(TaskStatus.FAILED);
                assertThat(group.failures()).containsExactly(failure);
                assertThat(group.failedTasks()).containsExactly(failed);
                assertThat(group.stats().failed()).isEqualTo(1);
                assertThat(logs.warnings()).as("logged only at the end").isEmpty();
            }
            assertThat(Failures.warned(logs, failure)).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F6 tasks of a supervisor fail: run returns and call returns its body's value")
    void runAndCall() throws Exception {
        try (var logs = LogCapture.start()) {
            var failure = new IOException("task");
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var _ = group.fork(Failures.throwing(failure));
            });
            assertThat(Failures.warned(logs, failure)).isTrue();
            var another = new IOException("another task");
            int value = TaskGroup.call(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var _ = group.fork(Failures.throwing(another));
                return 7;
            });
            assertThat(value).isEqualTo(7);
            assertThat(Failures.warned(logs, another)).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F6 close without a join after a failure returns")
    void closeWithoutJoin() {
        var failure = new IOException("task");
        try (var logs = LogCapture.start()) {
            var group = open();
            var task = group.fork(Failures.throwing(failure));
            Threads.until(task::isDone);
            group.close();
            assertThat(Failures.warned(logs, failure)).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "F6 pairs of a success and a failure are forked until two failures cancel the group: join returns, both"
                    + " are in failures()")
    void cancelledByHand() throws Exception {
        var failures = new ArrayList<Throwable>();
        var seen = new AtomicInteger();
        try (var _ = LogCapture.start();
                var group = open()) {
            while (!group.isCancelled()) {
                var failure = new IOException("failure " + failures.size());
                var _ = group.fork(() -> 1);
                var failed = group.fork(Failures.throwing(failure)).onDone(_ -> {
                    if (seen.incrementAndGet() == 2) {
                        group.cancel();
                    }
                });
                failures.add(failure);
                Threads.until(failed::isDone);
            }
            group.join();
            assertThat(failures).hasSize(2);
            assertThat(group.failures()).containsExactlyElementsOf(failures);
        }
    }

    private interface Look {
        void at(Task<Void> failed) throws Exception;
    }

    /** Whether closing a supervisor logs the failure of a task that was looked at in this way. */
    private static boolean logged(Look look) throws Exception {
        var failure = new IOException("unseen or seen");
        try (var logs = LogCapture.start()) {
            try (var group = open()) {
                var task = group.fork(Failures.throwing(failure));
                group.join();
                look.at(task);
            }
            return Failures.warned(logs, failure);
        }
    }

    @BackendTest
    @DisplayName("F6 a failure that await, get, outcome, exceptionNow or a callback delivered is observed, and is not"
            + " logged")
    void observed() throws Exception {
        assertThat(logged(task -> assertThat(catchThrowable(task::await)).hasRootCauseMessage("unseen or seen")))
                .isFalse();
        assertThat(logged(task -> assertThat(catchThrowable(task::get)).hasRootCauseMessage("unseen or seen")))
                .isFalse();
        assertThat(logged(task -> assertThat(task.outcome()).get().isInstanceOf(Outcome.Failure.class)))
                .isFalse();
        assertThat(logged(task -> assertThat(task.exceptionNow()).hasMessage("unseen or seen")))
                .isFalse();
        var called = new AtomicInteger();
        assertThat(logged(task -> {
                    var _ = task.onDone(_ -> called.incrementAndGet());
                }))
                .isFalse();
        assertThat(called).hasValue(1);
    }

    @BackendTest
    @DisplayName("F6 a callback registered before the failure observes it")
    void observedByEarlyCallback() throws Exception {
        var failure = new IOException("seen by a callback");
        var gate = new CountDownLatch(1);
        try (var logs = LogCapture.start()) {
            try (var group = open()) {
                var _ = group.fork(Failures.throwingAfter(gate, failure)).onDone(_ -> {});
                gate.countDown();
                group.join();
            }
            assertThat(logs.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName("F6 failures(), the lists of tasks, status and isDone only list: the failure is logged at WARNING")
    void unobserved() throws Exception {
        assertThat(logged(_ -> {})).isTrue();
        assertThat(logged(task -> {
                    assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
                    assertThat(task.isDone()).isTrue();
                    assertThat(task.isCancelled()).isFalse();
                    assertThat(task.toString()).isNotEmpty();
                }))
                .isTrue();
        var failure = new IOException("only listed");
        try (var logs = LogCapture.start()) {
            try (var group = open()) {
                var _ = group.fork(Failures.throwing(failure));
                group.join();
                assertThat(group.failures()).containsExactly(failure);
                assertThat(group.failedTasks()).hasSize(1);
            }
            assertThat(Failures.warned(logs, failure)).isTrue();
        }
    }

    @BackendTest
    @DisplayName("F6 one of two failures was observed: the other alone is logged")
    void someObserved() throws Exception {
        var seen = new IOException("the seen one");
        var unseen = new IOException("the unseen one");
        try (var logs = LogCapture.start()) {
            try (var group = open()) {
                var task = group.fork(Failures.throwing(seen));
                var _ = group.fork(Failures.throwing(unseen));
                group.join();
                assertThat(task.exceptionNow()).isSameAs(seen);
            }
            assertThat(Failures.warned(logs, seen)).isFalse();
            assertThat(Failures.warned(logs, unseen)).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "F6 more failures than the history: the last ones are kept, older ones are logged as they are dropped, all"
                    + " are counted")
    void dropped() throws Exception {
        var failures = new ArrayList<Throwable>();
        try (var logs = LogCapture.start()) {
            try (var group =
                    TaskGroup.open(o -> o.failurePolicy(FailurePolicy.COLLECT).history(20))) {
                for (int i = 0; i < 30; i++) {
                    var failure = new IOException("failure no. " + i + ".");
                    failures.add(failure);
                    var task = group.fork(Failures.throwing(failure));
                    Threads.until(task::isDone);
                }
                group.join();
                assertThat(group.failures()).containsExactlyElementsOf(failures.subList(10, 30));
                assertThat(group.stats().failed()).isEqualTo(30);
                assertThat(failures.subList(0, 10)).allMatch(failure -> Failures.warned(logs, failure));
                assertThat(failures.subList(10, 30)).noneMatch(failure -> Failures.warned(logs, failure));
            }
            assertThat(failures).allMatch(failure -> Failures.warned(logs, failure));
        }
    }

    @BackendTest
    @DisplayName("F6 a failure that was observed is not logged when it is dropped")
    void observedAndDropped() throws Exception {
        var first = new IOException("the first one");
        try (var logs = LogCapture.start()) {
            try (var group =
                    TaskGroup.open(o -> o.failurePolicy(FailurePolicy.COLLECT).history(16))) {
                var task = group.fork(Failures.throwing(first));
                group.join();
                assertThat(task.exceptionNow()).isSameAs(first);
                for (int i = 0; i < 20; i++) {
                    var next = group.fork(Failures.throwing(new IOException("later")));
                    Threads.until(next::isDone);
                }
                group.join();
                assertThat(group.failures()).hasSize(16).doesNotContain(first);
            }
            assertThat(Failures.warned(logs, first)).isFalse();
        }
    }

    @BackendTest
    @DisplayName("F6 a group with the default policy that throws its failures logs nothing")
    void defaultPolicyLogsNothing() {
        var failure = new IOException("thrown");
        try (var logs = LogCapture.start()) {
            assertThat(catchThrowable(() -> TaskGroup.run(group -> {
                        var _ = group.fork(Failures.throwing(failure));
                    })))
                    .hasCause(failure);
            assertThat(logs.warnings()).isEmpty();
        }
    }

    @BackendTest
    @DisplayName(
            "F6, F3 the body of a supervisor throws: its exception leaves, the blocked tasks are cancelled, no failure"
                    + " is lost")
    void bodyThrows() throws Exception {
        var failure = new IOException("body");
        var task = new IOException("task");
        var blocker = new Blocker();
        try (var logs = LogCapture.start()) {
            var thrown = catchThrowable(() -> TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var _ = group.fork(blocker);
                blocker.awaitEntered();
                var failed = group.fork(Failures.throwing(task));
                Threads.until(failed::isDone);
                throw failure;
            }));
            assertThat(thrown).isSameAs(failure);
            assertThat(blocker.wasInterrupted()).isTrue();
            assertThat(List.of(failure.getSuppressed()).contains(task) || Failures.warned(logs, task))
                    .as("attached or logged")
                    .isTrue();
        }
    }
}
