// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelScope;
import dev.espalier.StructureException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import dev.espalier.VoidBody;
import dev.espalier.spi.TaskObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** L5: groups close in reverse order of opening, and none stays open. */
public class StructureTest {
    private static final Duration HOUR = Duration.ofHours(1);

    /** Remembers the names of groups in the order of their ends. */
    private static final class Closings implements TaskObserver {
        final List<String> names = new ArrayList<>();

        @Override
        public void groupClosed(TaskGroup group) {
            names.add(group.name());
        }
    }

    @BackendTest
    @DisplayName("L5 an outer group is closed with an inner one open: the inner one's tasks are awaited, then"
            + " StructureException is thrown")
    void outerFirst() throws Exception {
        var outer = TaskGroup.open(o -> o.name("the-outer"));
        var inner = TaskGroup.open(o -> o.name("the-inner"));
        var blocker = new Blocker();
        var task = inner.fork(blocker);
        blocker.awaitEntered();
        assertThatThrownBy(outer::close)
                .isInstanceOf(StructureException.class)
                .hasMessageContaining("the-inner")
                .hasNoCause();
        assertThat(blocker.ended()).isTrue();
        assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        assertThatThrownBy(() -> inner.fork(() -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> outer.fork(() -> {})).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }

    @BackendTest
    @DisplayName("L5 an outer group is closed while the inner one's task ignores its cancellation: it is awaited")
    void outerAwaits() throws Exception {
        var outer = TaskGroup.open();
        var inner = TaskGroup.open();
        var blocker = Blocker.stubborn();
        var _ = inner.fork(blocker);
        blocker.awaitEntered();
        try (var _ = Foreign.run(() -> {
            blocker.awaitInterrupted();
            blocker.release();
        })) {
            assertThatThrownBy(outer::close).isInstanceOf(StructureException.class);
            assertThat(blocker.ended()).isTrue();
        }
    }

    @BackendTest
    @DisplayName(
            "L5 the outermost of three groups is closed: they end in reverse order of opening, and the message names"
                    + " those left open")
    void reverseOrder() {
        var closings = new Closings();
        var outer = TaskGroup.open(o -> o.name("g-one").observer(closings));
        var middle = TaskGroup.open(o -> o.name("g-two").observer(closings));
        var inner = TaskGroup.open(o -> o.name("g-three").observer(closings));
        assertThatThrownBy(outer::close)
                .isInstanceOf(StructureException.class)
                .hasMessageContaining("g-two")
                .hasMessageContaining("g-three");
        assertThat(closings.names).containsExactly("g-three", "g-two", "g-one");
        inner.close();
        middle.close();
        assertThat(closings.names).hasSize(3);
    }

    @BackendTest
    @DisplayName("L5 three groups are closed in reverse order of opening: nothing is thrown")
    void properOrder() throws Exception {
        var closings = new Closings();
        try (var outer = TaskGroup.open(o -> o.name("g-one").observer(closings))) {
            try (var middle = TaskGroup.open(o -> o.name("g-two").observer(closings))) {
                try (var inner = TaskGroup.open(o -> o.name("g-three").observer(closings))) {
                    var _ = outer.fork(() -> {});
                    var _ = middle.fork(() -> {});
                    var _ = inner.fork(() -> {});
                    inner.join();
                }
                middle.join();
            }
            outer.join();
        }
        assertThat(closings.names).containsExactly("g-three", "g-two", "g-one");
    }

    @BackendTest
    @DisplayName("L5 a middle group is closed with one open inside: the outer one is unharmed")
    void middleFirst() throws Exception {
        try (var outer = TaskGroup.open()) {
            var middle = TaskGroup.open();
            var inner = TaskGroup.open();
            assertThatThrownBy(middle::close).isInstanceOf(StructureException.class);
            assertThatThrownBy(() -> inner.fork(() -> {})).isInstanceOf(IllegalStateException.class);
            var task = outer.fork(() -> 7);
            outer.join();
            assertThat(task.resultNow()).isEqualTo(7);
        }
    }

    @BackendTest
    @DisplayName("L5, F7 the inner group has a failure when the outer one is closed: it is suppressed in the"
            + " StructureException")
    void innerFailure() throws Exception {
        var failure = new IOException("inner task");
        var cleanup = new IOException("inner cleanup");
        var entered = new CountDownLatch(1);
        var outer = TaskGroup.open();
        var inner = TaskGroup.open();
        var _ = inner.fork(Failures.throwingWhenInterrupted(entered, cleanup));
        entered.await();
        var failed = inner.fork(Failures.throwing(failure));
        Threads.until(failed::isDone);
        var thrown = catchThrowable(outer::close);
        assertThat(thrown).isInstanceOf(StructureException.class);
        assertThat(Failures.suppressed(thrown)).isNotEmpty();
        assertThat(Failures.reachable(thrown)).contains(failure, cleanup);
    }

    @BackendTest
    @DisplayName("L5, F7 the outer group has a failure of its own when it is closed too early: it is not lost")
    void outerFailure() {
        var failure = new IOException("outer task");
        var outer = TaskGroup.open();
        var failed = outer.fork(Failures.throwing(failure));
        Threads.until(failed::isDone);
        var _ = TaskGroup.open();
        var thrown = catchThrowable(outer::close);
        assertThat(thrown).isInstanceOf(StructureException.class);
        assertThat(Failures.reachable(thrown)).contains(failure);
    }

    @BackendTest
    @DisplayName("L5 a task opens a group and leaves it open: it is closed before the task terminates, which fails with"
            + " StructureException")
    void leftByTask() throws Exception {
        var blocker = new Blocker();
        var held = new AtomicReference<TaskGroup>();
        try (var group = TaskGroup.open()) {
            var task = group.fork(() -> {
                var left = TaskGroup.open(o -> o.name("left-by-task"));
                held.set(left);
                var _ = left.fork(blocker);
                blocker.awaitEntered();
            });
            var thrown = catchThrowable(group::join);
            assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
            assertThat(thrown).hasCause(task.exceptionNow());
            assertThat(task.exceptionNow())
                    .isInstanceOf(StructureException.class)
                    .hasMessageContaining("left-by-task");
            assertThat(blocker.ended()).isTrue();
        }
        assertThatThrownBy(() -> held.get().fork(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @BackendTest
    @DisplayName(
            "L5 a task leaves a group open and throws: it fails with its own exception, StructureException suppressed")
    void leftByFailingTask() {
        var failure = new IOException("task");
        try (var group = TaskGroup.open()) {
            var task = group.fork(() -> {
                var _ = TaskGroup.open();
                throw failure;
            });
            var thrown = catchThrowable(group::join);
            assertThat(thrown).hasCause(failure);
            assertThat(task.exceptionNow()).isSameAs(failure);
        }
        assertThat(Failures.suppressed(failure)).hasSize(1).hasOnlyElementsOfType(StructureException.class);
    }

    private interface Around {
        void run(VoidBody<RuntimeException> body) throws InterruptedException;
    }

    private static Map<String, Around> scopes() {
        var scopes = new LinkedHashMap<String, Around>();
        scopes.put(
                "run of a scope",
                body -> assertThat(CancelScope.create().run(body)).isTrue());
        scopes.put(
                "call of a scope",
                body -> assertThat(CancelScope.create().call(() -> {
                            body.call();
                            return 1;
                        }))
                        .isPresent());
        scopes.put("shielded", body -> CancelScope.shielded(body));
        scopes.put("shielded with a limit", body -> CancelScope.shielded(HOUR, body));
        scopes.put("failAfter", body -> CancelScope.failAfter(HOUR, body));
        scopes.put(
                "runOrMoveOnAfter",
                body -> assertThat(CancelScope.runOrMoveOnAfter(HOUR, body)).isTrue());
        scopes.put("cancelling", body -> CancelScope.cancelling(() -> {}, body));
        scopes.put("run of a group", body -> TaskGroup.run(_ -> body.call()));
        scopes.put("call of a group", body -> {
            int value = TaskGroup.call(_ -> {
                body.call();
                return 1;
            });
            assertThat(value).isEqualTo(1);
        });
        return scopes;
    }

    @BackendTest
    @DisplayName("L5 a group is left open in a scope, of every kind: it is closed at the exit, and StructureException"
            + " leaves the scope")
    void leftInScope() throws Exception {
        for (var scope : scopes().entrySet()) {
            var blocker = new Blocker();
            var held = new AtomicReference<TaskGroup>();
            var before = CancelScope.current();
            var thrown = catchThrowable(() -> scope.getValue().run(() -> {
                var left = TaskGroup.open(o -> o.name("left-in-scope"));
                held.set(left);
                var _ = left.fork(blocker);
                blocker.awaitEntered();
            }));
            assertThat(thrown)
                    .as(scope.getKey())
                    .isInstanceOf(StructureException.class)
                    .hasMessageContaining("left-in-scope");
            assertThat(blocker.ended()).as(scope.getKey()).isTrue();
            assertThatThrownBy(() -> held.get().fork(() -> {})).isInstanceOf(IllegalStateException.class);
            held.get().close();
            assertThat(CancelScope.current()).as(scope.getKey()).isSameAs(before);
        }
    }

    @BackendTest
    @DisplayName("L5 a scope's body throws and leaves a group open: the exception leaves the scope, StructureException"
            + " suppressed in it")
    void leftByThrowingBody() throws Exception {
        for (var scope : scopes().entrySet()) {
            var blocker = new Blocker();
            var failure = new IllegalArgumentException("body");
            var thrown = catchThrowable(() -> scope.getValue().run(() -> {
                var left = TaskGroup.open();
                var _ = left.fork(blocker);
                blocker.awaitEntered();
                throw failure;
            }));
            assertThat(thrown).as(scope.getKey()).isSameAs(failure);
            assertThat(Failures.suppressed(failure))
                    .as(scope.getKey())
                    .hasSize(1)
                    .hasOnlyElementsOfType(StructureException.class);
            assertThat(blocker.ended()).as(scope.getKey()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("L5, F7 a body of run leaves a group open that has a failure: it is found below the StructureException"
            + " that leaves run")
    void leftWithFailure() {
        var failure = new IOException("task of the group left open");
        var thrown = catchThrowable(() -> TaskGroup.run(_ -> {
            var left = TaskGroup.open();
            var failed = left.fork(Failures.throwing(failure));
            Threads.until(failed::isDone);
        }));
        assertThat(thrown).isInstanceOf(StructureException.class);
        assertThat(Failures.reachable(thrown)).contains(failure);
    }

    @BackendTest
    @DisplayName(
            "L5 two groups are left open in one scope: both are closed, in reverse order, with one StructureException")
    void twoLeft() throws Exception {
        var closings = new Closings();
        var thrown = catchThrowable(() -> CancelScope.create().run(() -> {
            var _ = TaskGroup.open(o -> o.name("g-one").observer(closings));
            var _ = TaskGroup.open(o -> o.name("g-two").observer(closings));
        }));
        assertThat(thrown)
                .isInstanceOf(StructureException.class)
                .hasMessageContaining("g-one")
                .hasMessageContaining("g-two");
        assertThat(closings.names).containsExactly("g-two", "g-one");
    }

    @BackendTest
    @DisplayName("L5 groups of different threads close in any order")
    void otherThreads() throws Exception {
        var opened = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        try (var group = TaskGroup.open()) {
            var task = group.fork(() -> {
                try (var own = TaskGroup.open()) {
                    opened.countDown();
                    gate.await();
                    return own.fork(() -> 7).await();
                }
            });
            opened.await();
            try (var later = TaskGroup.open()) {
                later.join();
            }
            gate.countDown();
            group.join();
            assertThat(task.resultNow()).isEqualTo(7);
        }
    }

    @BackendTest
    @DisplayName("L5 a nested run fails: the current scope of the outer body is what it was")
    void currentScope() throws Exception {
        TaskGroup.run(outer -> {
            var before = CancelScope.current();
            var thrown = catchThrowable(() -> TaskGroup.run(inner -> {
                assertThat(CancelScope.current()).isNotSameAs(before);
                var _ = inner.fork(Failures.throwing(new IOException("inner"))).await();
            }));
            assertThat(thrown).isNotInstanceOf(TaskFailedException.class).hasRootCauseMessage("inner");
            assertThat(CancelScope.current()).isSameAs(before);
            assertThat(outer.isCancelled()).isFalse();
        });
    }
}
