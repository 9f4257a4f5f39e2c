// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.FailurePolicy;
import dev.espalier.TaskGroup;
import dev.espalier.TaskStatus;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

/** Rule H2: a task as a completable future. */
public class FutureViewTest {
    @BackendTest
    @DisplayName("H2 the view completes with the task's value, null included, or with its exception")
    void completes() throws Exception {
        var failure = new IOException("x");
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            assertThat(group.fork(() -> "value").toCompletableFuture().get()).isEqualTo("value");
            assertThat(group.fork(() -> (Object) null).toCompletableFuture().get())
                    .isNull();
            var failed = group.fork(Failures.throwing(failure));
            assertThatThrownBy(() -> failed.toCompletableFuture().get())
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isSameAs(failure);
            assertThatThrownBy(() -> failed.toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isSameAs(failure);
        });
    }

    @BackendTest
    @DisplayName("H2 the view of a task that ended cancelled, or never ran, is cancelled")
    void cancelled() throws Exception {
        try (var group = TaskGroup.open()) {
            var task = group.fork(Stubborn::forever);
            var view = task.toCompletableFuture();
            task.cancel();
            assertThatThrownBy(view::get).isInstanceOf(CancellationException.class);
            assertThat(view.isCancelled()).isTrue();
            group.cancel();
            var never = group.fork(() -> "never").toCompletableFuture();
            assertThat(never.isCancelled()).isTrue();
            assertThatThrownBy(never::join).isInstanceOf(CancellationException.class);
            group.join();
        }
    }

    @BackendTest
    @DisplayName("H2 the view is not complete before the task has terminated")
    void afterTermination() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var doneThen = new AtomicReference<Boolean>();
            var statusThen = new AtomicReference<TaskStatus>();
            var view = task.toCompletableFuture();
            var dependent = view.thenAccept(_ -> {
                doneThen.set(task.isDone());
                statusThen.set(task.status());
            });
            var _ = stubborn.awaitHolding();
            assertThat(view.isDone()).isFalse();
            stubborn.release();
            dependent.get();
            assertThat(doneThen.get()).isTrue();
            assertThat(statusThen.get()).isEqualTo(TaskStatus.SUCCEEDED);
        });
    }

    @BackendTest
    @DisplayName("H2 cancel on the view asks the task, and the view completes when that has terminated")
    void cancelAsks() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(stubborn);
            var view = task.toCompletableFuture();
            var _ = stubborn.awaitHolding();
            boolean _ = view.cancel(true);
            assertThat(stubborn.interrupts()).isEqualTo(1);
            assertThat(view.isDone()).isFalse();
            assertThat(view.isCancelled()).isFalse();
            stubborn.release();
            assertThatThrownBy(view::get).isInstanceOf(CancellationException.class);
            assertThat(task.status()).isEqualTo(TaskStatus.CANCELLED);
        });
    }

    @BackendTest
    @DisplayName("H2 cancel on the view of a task that returns a value all the same completes it with the value")
    void cancelInVain() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var view = task.toCompletableFuture();
            var _ = stubborn.awaitHolding();
            boolean _ = view.cancel(false);
            stubborn.release();
            assertThat(view.get()).isEqualTo("value");
            assertThat(view.isCancelled()).isFalse();
        });
    }

    @BackendTest
    @DisplayName("H2 completing a view by hand, or by orTimeout, touches neither the task nor its other views")
    void byHand() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            var other = task.toCompletableFuture();
            var byHand = task.toCompletableFuture();
            var exceptionally = task.toCompletableFuture();
            assertThat(byHand).isNotSameAs(other);
            var _ = stubborn.awaitHolding();
            assertThat(byHand.complete("by hand")).isTrue();
            assertThat(exceptionally.completeExceptionally(new IOException("by hand")))
                    .isTrue();
            var timed = task.toCompletableFuture().orTimeout(1, TimeUnit.MILLISECONDS);
            assertThatThrownBy(timed::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(byHand.get()).isEqualTo("by hand");
            assertThat(stubborn.interrupts()).isZero();
            assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
            assertThat(other.isDone()).isFalse();
            stubborn.release();
            assertThat(other.get()).isEqualTo("value");
            assertThat(task.await()).isEqualTo("value");
            assertThat(byHand.get()).isEqualTo("by hand");
        });
    }

    @BackendTest
    @DisplayName("H2 cancelling what depends on a view does not touch the task")
    void dependent() throws Exception {
        TaskGroup.run(group -> {
            var stubborn = new Stubborn();
            var task = group.fork(() -> {
                stubborn.hold();
                return "value";
            });
            CompletableFuture<Integer> length = task.toCompletableFuture().thenApply(String::length);
            var _ = stubborn.awaitHolding();
            assertThat(length.cancel(true)).isTrue();
            assertThat(stubborn.interrupts()).isZero();
            stubborn.release();
            assertThat(task.await()).isEqualTo("value");
        });
    }
}
