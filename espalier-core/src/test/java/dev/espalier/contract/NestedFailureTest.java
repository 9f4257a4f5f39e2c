// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.Action;
import dev.espalier.FailurePolicy;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** F8 and F9: exceptions of groups in groups, and where a failed task was forked. */
public class NestedFailureTest {
    private final IOException a = new IOException("a");
    private final IllegalStateException b = new IllegalStateException("b");
    private final FileNotFoundException c = new FileNotFoundException("c");
    private final TaskGroupException inner = new TaskGroupException("inner", List.of(b, c));
    private final TaskGroupException outer = new TaskGroupException("outer", List.of(a, inner));

    @Test
    @DisplayName("F8 leaves() flattens nested exceptions in order, failures() does not")
    void leaves() {
        assertThat(outer.failures()).containsExactly(a, inner);
        assertThat(outer.leaves()).containsExactly(a, b, c);
        assertThat(inner.leaves()).containsExactly(b, c);
        assertThat(outer.getCause()).isSameAs(a);
        assertThat(outer.getSuppressed()).containsExactly(inner);
    }

    @Test
    @DisplayName("F8 split divides the leaves into matching and rest, and keeps the nesting")
    void split() {
        var split = outer.split(IOException.class);
        assertThat(split.matching()).isNotNull();
        assertThat(split.rest()).isNotNull();
        assertThat(split.matching().leaves()).containsExactly(a, c);
        assertThat(split.matching().failures()).hasSize(2);
        assertThat(split.matching().failures().get(1))
                .isInstanceOfSatisfying(
                        TaskGroupException.class,
                        nested -> assertThat(nested.failures()).containsExactly(c));
        assertThat(split.rest().leaves()).containsExactly(b);
        assertThat(split.rest().getCause()).isInstanceOf(TaskGroupException.class);
        assertThat(outer.leaves()).as("unchanged").containsExactly(a, b, c);
    }

    @Test
    @DisplayName("F8 split by a type of none, and of all: one of the halves is null")
    void splitOneSided() {
        var none = outer.split(Error.class);
        assertThat(none.matching()).isNull();
        assertThat(none.rest()).isNotNull();
        assertThat(none.rest().leaves()).containsExactly(a, b, c);
        var all = outer.split(Exception.class);
        assertThat(all.rest()).isNull();
        assertThat(all.matching()).isNotNull();
        assertThat(all.matching().leaves()).containsExactly(a, b, c);
    }

    @Test
    @DisplayName("F8 rethrow throws the first match with its static type, and returns if there is none")
    void rethrow() {
        try {
            outer.rethrow(FileNotFoundException.class);
            throw new AssertionError("nothing was thrown");
        } catch (FileNotFoundException e) {
            assertThat(e).isSameAs(c);
        }
        assertThatThrownBy(() -> outer.rethrow(Exception.class)).isSameAs(a);
        assertThatThrownBy(() -> outer.rethrow(RuntimeException.class)).isSameAs(b);
        assertThatCode(() -> outer.rethrow(Error.class)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("F8 on hands each match to the handler in order, and returns the rest")
    void on() {
        var handled = new ArrayList<Throwable>();
        var rest = outer.on(IOException.class, handled::add);
        assertThat(handled).containsExactly(a, c);
        assertThat(rest).get().satisfies(left -> assertThat(left.leaves()).containsExactly(b));
        assertThat(outer.on(Exception.class, handled::add)).isEmpty();
        assertThat(handled).containsExactly(a, c, a, b, c);
    }

    @Test
    @DisplayName("F8 an exception of no failures is refused")
    void empty() {
        assertThatThrownBy(() -> new TaskGroupException("none", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @BackendTest
    @DisplayName(
            "F8 a nested group's exception is one failure of the outer group, whose leaves are the tasks' failures")
    void nests() throws Exception {
        var first = new IOException("first");
        var second = new IllegalStateException("second");
        var own = new IOException("own");
        var gate = new CountDownLatch(1);
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(group -> {
                    var _ = group.fork(Failures.throwingAfter(gate, own));
                    var task = group.fork(() -> TaskGroup.run(nested -> {
                        var entered = new CountDownLatch(1);
                        var _ = nested.fork(Failures.throwingWhenInterrupted(entered, second));
                        entered.await();
                        var _ = nested.fork(Failures.throwing(first));
                    }));
                    var _ = task.onDone(_ -> gate.countDown());
                }));
        assertThat(thrown.failures()).hasSize(2);
        assertThat(thrown.getCause())
                .isInstanceOfSatisfying(
                        TaskGroupException.class,
                        nested -> assertThat(nested.failures()).containsExactly(first, second));
        assertThat(thrown.getSuppressed()).containsExactly(own);
        assertThat(thrown.leaves()).containsExactly(first, second, own);
    }

    @BackendTest
    @DisplayName("F8 three levels of groups in tasks: one exception a level, one leaf")
    void threeLevels() throws Exception {
        var failure = new IOException("deep");
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(one -> {
                    var _ = one.fork(() -> TaskGroup.run(two -> {
                        var _ = two.fork(() -> TaskGroup.run(three -> {
                            var _ = three.fork(Failures.throwing(failure));
                        }));
                    }));
                }));
        assertThat(thrown.leaves()).containsExactly(failure);
        assertThat(thrown.getCause()).isInstanceOf(TaskGroupException.class);
        assertThat(thrown.getCause().getCause()).isInstanceOf(TaskGroupException.class);
        assertThat(thrown.getCause().getCause().getCause()).isSameAs(failure);
    }

    @BackendTest
    @DisplayName(
            "F8 a nested run in the body, not in a task, leaves the outer run as the body's exception, without another"
                    + " level")
    void nestedInBody() throws Exception {
        var failure = new IOException("task");
        var thrown = catchThrowableOfType(
                TaskGroupException.class,
                () -> TaskGroup.run(_ -> TaskGroup.run(nested -> {
                    var _ = nested.fork(Failures.throwing(failure));
                })));
        assertThat(thrown.getCause()).isSameAs(failure);
        assertThat(thrown.getSuppressed()).isEmpty();
    }

    private static String printed(Throwable exception) {
        var text = new StringWriter();
        exception.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** The place that the failure has to show. */
    private static Task<Void> theForkSite(TaskGroup group, Action body) {
        return group.fork(body);
    }

    @BackendTest
    @DisplayName("F9 fork sites are on: what is thrown shows where the failed task was forked, under every policy")
    void forkSites() throws Exception {
        var failure = new IOException("task");
        var thrown = catchThrowable(() -> TaskGroup.run(o -> o.forkSites(true), group -> {
            var _ = theForkSite(group, Failures.throwing(failure));
        }));
        assertThat(thrown).isInstanceOf(TaskGroupException.class).hasCause(failure);
        assertThat(printed(thrown)).contains("theForkSite");
        var another = new IOException("another task");
        try (var _ = LogCapture.start();
                var group = TaskGroup.open(o -> o.forkSites(true).failurePolicy(FailurePolicy.COLLECT))) {
            var task = theForkSite(group, Failures.throwing(another));
            assertThat(printed(catchThrowable(task::await))).contains("theForkSite");
            group.join();
        }
    }

    @BackendTest
    @DisplayName("F9 fork sites are off: what is thrown does not show where the failed task was forked")
    void noForkSites() throws Exception {
        var failure = new IOException("task");
        var thrown = catchThrowable(() -> TaskGroup.run(o -> o.forkSites(false), group -> {
            var _ = theForkSite(group, Failures.throwing(failure));
        }));
        assertThat(thrown).hasCause(failure);
        assertThat(printed(thrown)).doesNotContain("theForkSite");
        assertThat(failure.getSuppressed()).isEmpty();
    }

    @BackendTest
    @DisplayName("F9 fork sites are on and a task succeeds or is cancelled: nothing is thrown")
    void forkSitesOfSuccess() throws Exception {
        TaskGroup.run(o -> o.forkSites(true), group -> {
            var blocker = new Blocker();
            var cancelled = theForkSite(group, blocker);
            blocker.awaitEntered();
            cancelled.cancel();
            var _ = theForkSite(group, () -> {}).await();
        });
    }

    @Test
    @DisplayName("F9 fork sites are off by default, except where the system property turns them on")
    void forkSitesDefault() {
        assertThat(Options.DEFAULT.forkSites()).isEqualTo(Boolean.getBoolean("espalier.forkSites"));
        assertThat(Options.DEFAULT.forkSites(true).forkSites()).isTrue();
    }
}
