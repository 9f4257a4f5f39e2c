// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.StructureException;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.app.ApplicationScope;
import dev.espalier.spi.Backend;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Spans of groups and tasks, with the real SDK. */
class GroupSpansTest {
    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("spans of groups, tasks and of the code in them nest as the tree does; both forms of groups")
    void nesting(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Span request = traced.begin("request");
            try (var _ = request.makeCurrent()) {
                Traced.on(
                        backend,
                        () -> TaskGroup.run(o -> o.name("outer"), outer -> {
                            traced.mark("in the body");
                            outer.fork("load", () -> {
                                traced.mark("in the task");
                                try (var inner = TaskGroup.open(o -> o.name("inner"))) {
                                    traced.mark("in the inner body");
                                    inner.fork("leaf", () -> traced.mark("in the leaf"));
                                    inner.join();
                                }
                                traced.mark("in the task again");
                            });
                            Span part = traced.begin("part");
                            try (var _ = part.makeCurrent()) {
                                outer.fork("of the part", () -> {}).await();
                            }
                            part.end();
                        }));
                assertThat(Span.current()).isEqualTo(request);
            }
            request.end();
            assertThat(traced.path("in the body")).isEqualTo("request > outer > in the body");
            assertThat(traced.path("in the task")).isEqualTo("request > outer > load > in the task");
            assertThat(traced.path("in the inner body"))
                    .isEqualTo("request > outer > load > inner > in the inner body");
            assertThat(traced.path("in the leaf")).isEqualTo("request > outer > load > inner > leaf > in the leaf");
            assertThat(traced.path("in the task again")).isEqualTo("request > outer > load > in the task again");
            assertThat(traced.path("of the part")).isEqualTo("request > outer > part > of the part");
            assertThat(traced.all()).allMatch(span -> span.getStatus().getStatusCode() == StatusCode.UNSET);
            assertThat(traced.attribute("load", "espalier.outcome")).isEqualTo("succeeded");
            assertThat(traced.attribute("leaf", "espalier.group")).isEqualTo("inner");
            assertThat(traced.count("outer", "espalier.tasks.forked")).isEqualTo(2);
            assertThat(traced.count("outer", "espalier.tasks.succeeded")).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("without spans of tasks what tasks trace is below the group")
    void groupsOnly(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o)) {
            Traced.on(backend, () -> TaskGroup.run(group -> group.fork(() -> traced.mark("in the task"))));
            assertThat(traced.path("in the task")).isEqualTo("group > in the task");
            assertThat(traced.all()).hasSize(2);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "a task that fails is an error with its exception, its group is an error, and who is cancelled by it says"
                    + " why")
    void failure(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            var thrown = catchThrowable(() -> Traced.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("group"), group -> {
                        var waiting = new CountDownLatch(1);
                        group.fork("victim", () -> {
                            waiting.countDown();
                            new CountDownLatch(1).await();
                        });
                        waiting.await();
                        group.fork("culprit", () -> {
                            throw new IOException("disk");
                        });
                    })));
            assertThat(thrown).hasRootCauseMessage("disk");
            assertThat(traced.one("culprit").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(traced.one("culprit").getEvents())
                    .extracting(EventData::getName)
                    .containsExactly("exception");
            assertThat(traced.attribute("culprit", "error.type")).isEqualTo("java.io.IOException");
            assertThat(traced.attribute("culprit", "espalier.outcome")).isEqualTo("failed");
            SpanData victim = traced.one("victim");
            assertThat(victim.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(traced.attribute("victim", "espalier.outcome")).isEqualTo("cancelled");
            assertThat(traced.attribute("victim", "espalier.cancel.kind")).isEqualTo("sibling_failed");
            assertThat(traced.attribute("victim", "espalier.cancel.reason")).contains("'culprit'", "disk");
            SpanData group = traced.one("group");
            assertThat(group.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(group.getEvents()).extracting(EventData::getName).containsExactly("cancelled");
            assertThat(traced.count("group", "espalier.tasks.failed")).isEqualTo(1);
            assertThat(traced.count("group", "espalier.tasks.cancelled")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("without spans of tasks the group has the exception")
    void failureOfGroup(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o)) {
            var _ = catchThrowable(() -> Traced.on(
                    backend,
                    () -> TaskGroup.run(group -> group.fork(() -> {
                        throw new IOException("disk");
                    }))));
            assertThat(traced.one("group").getEvents())
                    .extracting(EventData::getName)
                    .contains("exception");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a body that throws is an error; one that is cancelled by its own cancel is none; a deadline is one")
    void endings(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(backend, () -> {
                var body = catchThrowable(() -> TaskGroup.run(o -> o.name("body"), _ -> {
                    throw new IOException("body");
                }));
                assertThat(body).hasMessage("body");
                TaskGroup.run(o -> o.name("asked"), group -> {
                    group.fork("asked task", () -> new CountDownLatch(1).await());
                    group.cancel("enough");
                });
                var deadline = catchThrowable(() -> TaskGroup.run(
                        o -> o.name("deadline").timeout(Duration.ZERO),
                        group -> group.fork(() -> new CountDownLatch(1).await())));
                assertThat(deadline).isNotNull();
            });
            assertThat(traced.one("body").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(traced.attribute("body", "error.type")).isEqualTo("java.io.IOException");
            assertThat(traced.attribute("body", "espalier.cancel.kind")).isEqualTo("body_failed");
            assertThat(traced.one("asked").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(traced.attribute("asked", "espalier.cancel.reason")).isEqualTo("enough");
            assertThat(traced.attribute("asked", "espalier.cancel.kind")).isEqualTo("asked");
            assertThat(traced.one("deadline").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(traced.attribute("deadline", "espalier.cancel.kind")).isEqualTo("deadline");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "F6 a supervisor whose task failed is no error, and to have made a span of the task is not to have seen to"
                    + " it")
    void supervisor(Backend backend) throws Exception {
        var observed = new AtomicReference<List<Throwable>>();
        try (var traced = new Traced();
                var logs = Logs.start();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("supervisor").failurePolicy(FailurePolicy.COLLECT), group -> {
                        group.fork("failing", () -> {
                            throw new IOException("alone");
                        });
                        group.join();
                        observed.set(group.failures());
                    }));
            assertThat(observed.get()).hasSize(1);
            assertThat(logs.messages())
                    .anyMatch(message -> message.contains("'failing'") && message.contains("nobody"));
            assertThat(traced.one("failing").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(traced.one("supervisor").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a task that never ran has no span; its group counts it")
    void refused(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(
                    backend,
                    () -> TaskGroup.run(group -> {
                        group.cancel();
                        group.fork(() -> {});
                    }));
            assertThat(traced.all()).extracting(SpanData::getName).containsExactly("group");
            assertThat(traced.count("group", "espalier.tasks.cancelled")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "L11 a thread that cannot be started leaves the span of the forking task as it is, and none of its own")
    void notStarted(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Backend broken = Backend.of(task -> {
                var started = Thread.ofVirtual().start(() -> {});
                return started;
            });
            Traced.on(
                    backend,
                    () -> TaskGroup.run(
                            o -> o.name("outer"),
                            outer -> outer.fork("forker", () -> {
                                assertThat(catchThrowable(() -> TaskGroup.run(
                                                o -> o.name("inner").backend(broken),
                                                inner -> inner.fork("never", () -> {}))))
                                        .isNotNull();
                                traced.mark("after");
                            })));
            assertThat(traced.path("after")).isEqualTo("outer > forker > after");
            assertThat(traced.attribute("forker", "espalier.outcome")).isEqualTo("succeeded");
            assertThat(traced.all()).extracting(SpanData::getName).doesNotContain("never");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("a stream's group is current nowhere, its tasks are below it")
    void streams(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Span request = traced.begin("request");
            try (var _ = request.makeCurrent()) {
                Traced.on(backend, () -> {
                    var results = IntStream.range(0, 3)
                            .boxed()
                            .gather(Tasks.mapConcurrent(2, i -> {
                                traced.mark("item " + i);
                                assertThat(Span.current()).isNotEqualTo(request);
                                return i;
                            }))
                            .peek(_ -> assertThat(Span.current()).isEqualTo(request))
                            .toList();
                    assertThat(results).containsExactly(0, 1, 2);
                });
                assertThat(Span.current()).isEqualTo(request);
            }
            request.end();
            assertThat(traced.path("item 2")).matches("request > mapConcurrent > .+ > item 2");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("an application's own group is current on no thread")
    void application(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(backend, () -> {
                try (var app = ApplicationScope.create(o -> o.name("app"))) {
                    app.start();
                    assertThat(Span.current().getSpanContext().isValid()).isFalse();
                    app.fork("background", () -> traced.mark("in the background"));
                }
            });
            assertThat(traced.path("in the background")).endsWith(" > background > in the background");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "a task forked by a thread of another trace is below that, with a link to the group; by a thread without"
                    + " one, below the group")
    void foreign(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(
                    backend,
                    () -> TaskGroup.run(group -> {
                        Thread thread = Thread.ofPlatform().start(() -> {
                            group.fork("plain", () -> {});
                            Span callback = traced.begin("callback");
                            try (var _ = callback.makeCurrent()) {
                                group.fork("linked", () -> {});
                            }
                            callback.end();
                        });
                        thread.join();
                    }));
            assertThat(traced.path("plain")).isEqualTo("group > plain");
            assertThat(traced.path("linked")).isEqualTo("callback > linked");
            assertThat(traced.one("linked").getLinks())
                    .extracting(link -> link.getSpanContext().getSpanId())
                    .containsExactly(traced.one("group").getSpanId());
            assertThat(traced.one("plain").getLinks()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "closed while a group is open: that one's span ends with it, nothing stays current, and no span is begun"
                    + " any more")
    void closedMeanwhile(Backend backend) throws Exception {
        try (var traced = new Traced()) {
            var spans = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true));
            Traced.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("open"), _ -> {
                        spans.close();
                        TaskGroup.run(o -> o.name("later"), _ -> {});
                        traced.mark("still in it");
                    }));
            Traced.on(backend, () -> TaskGroup.run(o -> o.name("after"), _ -> {}));
            assertThat(traced.all()).extracting(SpanData::getName).containsExactly("still in it", "open");
            assertThat(traced.path("still in it")).isEqualTo("open > still in it");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "the context carried twice is carried once; not carried at all, tasks still have spans below their group")
    void twiceAndNever(Backend backend) throws Exception {
        var context = new OpenTelemetryContext();
        try (var traced = new Traced()) {
            var observer = GroupSpans.observer(traced.openTelemetry, o -> o.tasks(true));
            Traced.on(backend, () -> {
                TaskGroup.run(
                        o -> o.name("twice").observer(observer).propagators(context, context),
                        group -> group.fork("carried", () -> traced.mark("in it")));
                TaskGroup.run(o -> o.name("never").observer(observer), group -> group.fork("alone", () -> {}));
            });
            assertThat(traced.path("in it")).isEqualTo("twice > carried > in it");
            assertThat(traced.path("alone")).isEqualTo("never > alone");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("every kind of cancellation has a lower-case name")
    void kinds(Backend backend) throws Exception {
        assertThat(CancelReason.Kind.values()).hasSize(6);
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("outer"), outer -> {
                        var waiting = new CountDownLatch(1);
                        outer.fork(
                                "middle",
                                () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                                    inner.fork("leaf", () -> {
                                        waiting.countDown();
                                        new CountDownLatch(1).await();
                                    });
                                }));
                        waiting.await();
                        outer.cancel("from far");
                    }));
            assertThat(traced.attribute("leaf", "espalier.cancel.kind")).isEqualTo("parent_cancelled");
            assertThat(traced.attribute("leaf", "espalier.cancel.reason")).contains("from far");
            assertThat(traced.one("inner").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "a scope of OpenTelemetry that a body left open ends with the group; so does that of a group that was left"
                    + " open")
    void leftOpen(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o)) {
            Traced.on(backend, () -> {
                TaskGroup.run(_ -> {
                    traced.leaveOpen("left open");
                });
                assertThat(Context.current()).isEqualTo(Context.root());
                assertThat(catchThrowable(() -> CancelScope.create().run(() -> {
                            var _ = TaskGroup.open(o -> o.name("left open too"));
                        })))
                        .isInstanceOf(StructureException.class);
                assertThat(Context.current()).isEqualTo(Context.root());
            });
            assertThat(traced.all()).extracting(SpanData::getName).containsExactly("group", "left open too");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("an exception whose message cannot be had changes nothing, and the spans end as errors")
    void noMessage(Backend backend) throws Exception {
        class Mute extends RuntimeException {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        }
        try (var traced = new Traced();
                var logs = Logs.start();
                var _ = GroupSpans.install(traced.openTelemetry, o -> o.tasks(true))) {
            Traced.on(
                    backend,
                    () -> TaskGroup.run(o -> o.name("group").failurePolicy(FailurePolicy.COLLECT), group -> {
                        var mute = group.fork("mute", () -> {
                            throw new Mute();
                        });
                        assertThat(mute.onDone(_ -> {})).isSameAs(mute);
                    }));
            assertThat(logs.messages()).anyMatch(message -> message.contains("observer"));
            assertThat(traced.one("mute").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(traced.attribute("mute", "error.type")).endsWith("Mute");
            assertThat(traced.count("group", "espalier.tasks.failed")).isEqualTo(1);
        }
    }
}
