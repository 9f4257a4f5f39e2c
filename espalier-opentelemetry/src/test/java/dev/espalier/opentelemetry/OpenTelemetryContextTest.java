// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.Status;
import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import dev.espalier.spi.ContextPropagator;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** X1: OpenTelemetry's context in tasks. */
class OpenTelemetryContextTest {
    private final OpenTelemetryContext propagator = new OpenTelemetryContext();

    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 the span and the baggage at the fork are current in every kind of task and its callbacks, also in"
            + " nested groups")
    void captured(Backend backend) throws Exception {
        try (var traced = new Traced();
                var _ = ContextPropagator.install(propagator)) {
            Span request = traced.begin("request");
            Context context = Context.root()
                    .with(request)
                    .with(Baggage.builder().put("user", "ann").build());
            var users = new ConcurrentLinkedQueue<String>();
            try (var _ = context.makeCurrent()) {
                Traced.on(
                        backend,
                        () -> TaskGroup.run(group -> {
                            var gate = new CountDownLatch(1);
                            group.fork(() -> {
                                gate.await();
                                users.add("" + Baggage.current().getEntryValue("user"));
                                TaskGroup.run(inner -> inner.fork(() -> traced.mark("nested")));
                            });
                            Span later = traced.begin("later");
                            try (var _ = later.makeCurrent()) {
                                gate.countDown();
                                var _ = group.start((Status<String> status) -> {
                                    traced.mark("started");
                                    status.started("");
                                });
                            }
                            later.end();
                            var hold = new CountDownLatch(1);
                            group.fork(() -> hold.await()).onDone(_ -> traced.mark("callback"));
                            hold.countDown();
                        }));
            }
            request.end();
            assertThat(users).containsExactly("ann");
            assertThat(traced.path("nested")).isEqualTo("request > nested");
            assertThat(traced.path("started")).isEqualTo("request > later > started");
            assertThat(traced.path("callback")).isEqualTo("request > callback");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 a thread that goes on after its task has the context of before, also if the task left scopes open,"
            + " threw or was cancelled")
    void cleared(Backend backend) throws Exception {
        var after = new LinkedBlockingQueue<Context>();
        Backend goingOn = Backend.of(task -> backend.newThread(
                () -> {
                    task.run();
                    after.add(Context.current());
                },
                null,
                /* inheritThreadLocals= */ false));
        try (var traced = new Traced()) {
            Span request = traced.begin("request");
            try (var _ = request.makeCurrent()) {
                var thrown = catchThrowable(() -> Traced.on(
                        goingOn,
                        () -> TaskGroup.run(o -> o.propagators(propagator), group -> {
                            group.fork(() -> {}).await();
                            group.fork(() -> {
                                        traced.leaveOpen("left open");
                                        traced.leaveOpen("left open too");
                                    })
                                    .await();
                            group.fork(() -> new CountDownLatch(1).await()).cancel();
                            group.fork(() -> {
                                throw new IllegalStateException("failed");
                            });
                        })));
                assertThat(thrown).hasRootCauseMessage("failed");
                assertThat(Span.current()).isEqualTo(request);
            }
            for (int i = 0; i < 4; i++) {
                assertThat(after.take()).isEqualTo(Context.root());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 where nothing is current at the fork, nothing is current in the task, whatever its thread had")
    void nothing(Backend backend) throws Exception {
        var seen = new ConcurrentLinkedQueue<Boolean>();
        try (var traced = new Traced()) {
            Backend tainted = Backend.of(task -> backend.newThread(
                    () -> {
                        try (var _ = traced.begin("of the thread").makeCurrent()) {
                            task.run();
                            seen.add(Span.current().getSpanContext().isValid());
                        }
                    },
                    null,
                    /* inheritThreadLocals= */ false));
            var ended = new CountDownLatch(1);
            Traced.on(
                    tainted,
                    () -> TaskGroup.run(
                            o -> o.propagators(propagator),
                            group -> group.fork(() -> {
                                        seen.add(Span.current().getSpanContext().isValid());
                                    })
                                    .onDone(_ -> ended.countDown())));
            ended.await();
            while (seen.size() < 2) {
                Thread.onSpinWait();
            }
            assertThat(seen).containsExactly(false, true);
        }
    }
}
