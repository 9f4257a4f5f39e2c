// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.CancelScope;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.ScopeCancelledException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule C18: a group or scope that its own {@code cancel} ends. */
public class OwnCancelTest {
    private static final Duration LONG = Duration.ofHours(1);

    @BackendTest
    @DisplayName("C18 run returns when the body has cancelled its group and blocks")
    void run() throws Exception {
        var reached = new ArrayList<String>();
        TaskGroup.run(group -> {
            reached.add("body");
            group.cancel();
            Stubborn.forever();
            reached.add("behind");
        });
        assertThat(reached).containsExactly("body");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C18 call without a value, of a group that cancelled itself, throws ScopeCancelledException with the"
            + " reason")
    void call() {
        var group = new AtomicReference<TaskGroup>();
        var thrown = catchThrowableOfType(
                ScopeCancelledException.class,
                () -> TaskGroup.call(g -> {
                    group.set(g);
                    g.cancel("enough");
                    Stubborn.forever();
                    return "value";
                }));
        assertThat(thrown).isInstanceOf(RuntimeException.class).hasMessageContaining("enough");
        assertThat(thrown.reason()).isEqualTo(group.get().scope().reason().orElseThrow());
        assertThat(Cancellation.isCancellation(thrown)).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @BackendTest
    @DisplayName("C18 join of an open group that a task cancelled returns, and the outcomes of its tasks are readable")
    void join() throws Exception {
        try (var group = TaskGroup.open()) {
            var done = group.fork(() -> "done");
            var blocked = group.fork(Stubborn::forever);
            var _ = group.fork(() -> {
                String _ = done.await();
                group.cancel();
            });
            group.join();
            assertThat(done.resultNow()).isEqualTo("done");
            assertThat(blocked.status()).isEqualTo(TaskStatus.CANCELLED);
            assertThat(group.isCancelled()).isTrue();
            group.join();
        }
    }

    @BackendTest
    @DisplayName(
            "C18 join in the body of a group that cancelled itself returns, and later blocking calls in the body are"
                    + " cancelled")
    void joinInBody() throws Exception {
        var task = new AtomicReference<Task<?>>();
        var later = new AtomicReference<CancelledException>();
        TaskGroup.run(group -> {
            task.set(group.fork(Stubborn::forever));
            group.cancel();
            group.join();
            assertThat(task.get().status()).isEqualTo(TaskStatus.CANCELLED);
            later.set(catchThrowableOfType(CancelledException.class, CancelScope::checkpoint));
        });
        assertThat(later.get()).isNotNull();
    }

    @BackendTest
    @DisplayName("C18 a group cancelled through its scope ends as quietly as by its own cancel")
    void throughScope() throws Exception {
        TaskGroup.run(group -> {
            var _ = group.fork(Stubborn::forever);
            group.scope().cancel();
            CancelScope.checkpoint();
        });
        try (var group = TaskGroup.open()) {
            var task = group.fork(Stubborn::forever);
            group.scope().cancel();
            group.join();
            assertThat(task.isCancelled()).isTrue();
        }
    }

    @BackendTest
    @DisplayName("C18 a scope that cancelled itself returns false from run and empty from call")
    void scope() throws Exception {
        var first = CancelScope.create();
        assertThat(first.run(() -> {
                    first.cancel();
                    CancelScope.checkpoint();
                }))
                .isFalse();
        var second = CancelScope.create();
        assertThat(second.call(() -> {
                    second.cancel();
                    CancelScope.checkpoint();
                    return "value";
                }))
                .isEmpty();
    }

    @BackendTest
    @DisplayName("C18 the void forms of failAfter and shielded whose body cancelled its own scope return")
    void voidForms() throws Exception {
        var reached = new ArrayList<String>();
        CancelScope.failAfter(LONG, () -> {
            reached.add("failAfter");
            CancelScope.current().cancel();
            CancelScope.checkpoint();
            reached.add("behind");
        });
        CancelScope.shielded(() -> {
            reached.add("shielded");
            CancelScope.current().cancel();
            CancelScope.checkpoint();
            reached.add("behind");
        });
        CancelScope.shielded(LONG, () -> {
            reached.add("limited");
            CancelScope.current().cancel();
            CancelScope.checkpoint();
            reached.add("behind");
        });
        assertThat(reached).containsExactly("failAfter", "shielded", "limited");
    }

    @BackendTest
    @DisplayName("C18 the value forms of failAfter and shielded whose body cancelled its own scope throw"
            + " ScopeCancelledException")
    void valueForms() {
        var scopes = new ArrayList<CancelScope>();
        dev.espalier.Body<String, RuntimeException> body = () -> {
            scopes.add(CancelScope.current());
            CancelScope.current().cancel("mine");
            CancelScope.checkpoint();
            return "value";
        };
        var thrown = List.of(
                catchThrowableOfType(ScopeCancelledException.class, () -> CancelScope.failAfter(LONG, body)),
                catchThrowableOfType(ScopeCancelledException.class, () -> CancelScope.shielded(body)),
                catchThrowableOfType(ScopeCancelledException.class, () -> CancelScope.shielded(LONG, body)));
        assertThat(scopes).hasSize(3).doesNotHaveDuplicates();
        for (int i = 0; i < 3; i++) {
            assertThat(thrown.get(i)).hasMessageContaining("mine");
            assertThat(thrown.get(i).reason()).isEqualTo(scopes.get(i).reason().orElseThrow());
        }
    }

    @BackendTest
    @DisplayName(
            "C18 the ScopeCancelledException of an inner scope is a failure for a cancelled outer one, which does not"
                    + " absorb it")
    void notAbsorbedOutside() {
        var outer = CancelScope.create();
        var thrown = catchThrowableOfType(
                ScopeCancelledException.class,
                () -> outer.run(() -> {
                    try {
                        String _ = CancelScope.shielded(() -> {
                            CancelScope.current().cancel("mine");
                            CancelScope.checkpoint();
                            return "value";
                        });
                    } finally {
                        outer.cancel();
                    }
                }));
        assertThat(thrown).hasMessageContaining("mine");
        assertThat(outer.cancelledCaught()).isFalse();
    }
}
