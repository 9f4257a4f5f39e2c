// SPDX-License-Identifier: Apache-2.0

package dev.espalier.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.espalier.Espalier;
import dev.espalier.TaskGroup;
import dev.espalier.VoidBody;
import dev.espalier.spi.Backend;
import dev.espalier.spi.ContextPropagator;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** X1 over Micrometer's context-propagation, with the real libraries. */
class SnapshotPropagatorTest {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();
    private final SnapshotPropagator propagator = new SnapshotPropagator();

    /** Fails when its value says so. */
    private static final class Fragile implements ThreadLocalAccessor<String> {
        static final ThreadLocal<String> VALUE = new ThreadLocal<>();

        @Override
        public Object key() {
            return "fragile";
        }

        @Override
        public String getValue() {
            String value = VALUE.get();
            if ("unreadable".equals(value)) {
                throw new IllegalStateException("unreadable");
            }
            return value;
        }

        @Override
        public void setValue(String value) {
            if (value.equals("unwritable")) {
                throw new IllegalStateException("unwritable");
            }
            VALUE.set(value);
        }

        @Override
        public void setValue() {
            VALUE.remove();
        }
    }

    static Stream<Backend> backends() {
        return Stream.of(Backend.virtualThreads(), Backend.platformThreads());
    }

    private static void on(Backend backend, VoidBody<Exception> body) throws Exception {
        Espalier.run(backend, () -> {
            body.call();
            return null;
        });
    }

    @BeforeEach
    void register() {
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(new Slf4jThreadLocalAccessor())
                .registerThreadLocalAccessor("tenant", TENANT)
                .registerThreadLocalAccessor("inherited", INHERITED)
                .registerThreadLocalAccessor(new Fragile());
    }

    @AfterEach
    void unregister() {
        for (Object key : new Object[] {Slf4jThreadLocalAccessor.KEY, "tenant", "inherited", "fragile"}) {
            ContextRegistry.getInstance().removeThreadLocalAccessor(key);
        }
        MDC.clear();
        TENANT.remove();
        INHERITED.remove();
        Fragile.VALUE.remove();
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 what a task logs has the MDC of who forked it, at the fork, through nested groups")
    void mdc(Backend backend) throws Exception {
        var logger = (Logger) LoggerFactory.getLogger("orders");
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        logger.addAppender(appender);
        try (var _ = ContextPropagator.install(propagator)) {
            on(backend, () -> {
                MDC.put("request", "4711");
                TaskGroup.run(group -> {
                    var forked = new CountDownLatch(1);
                    group.fork(() -> {
                        forked.await();
                        logger.info("outer");
                        MDC.put("request", "4711/inner");
                        TaskGroup.run(inner -> inner.fork(() -> logger.info("inner")));
                    });
                    MDC.put("request", "changed after the fork");
                    forked.countDown();
                });
            });
        } finally {
            logger.detachAppender(appender);
        }
        assertThat(appender.list)
                .extracting(
                        ILoggingEvent::getMessage,
                        event -> event.getMDCPropertyMap().get("request"))
                .containsExactly(tuple("outer", "4711"), tuple("inner", "4711/inner"));
        assertThat(MDC.get("request")).isEqualTo("changed after the fork");
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 a thread that goes on after its task sees neither what was carried nor what the task has set,"
            + " whether it returned, threw or was cancelled")
    void cleared(Backend backend) throws Exception {
        var after = new LinkedBlockingQueue<String>();
        Backend goingOn = Backend.of(task -> backend.newThread(
                () -> {
                    task.run();
                    after.add(TENANT.get() + " " + MDC.get("request") + " " + MDC.get("own"));
                },
                null,
                /* inheritThreadLocals= */ false));
        TENANT.set("acme");
        MDC.put("request", "4711");
        var seen = new ConcurrentLinkedQueue<String>();
        var thrown = catchThrowable(() -> on(
                goingOn,
                () -> TaskGroup.run(o -> o.propagators(propagator), group -> {
                    group.fork(() -> {
                                seen.add(TENANT.get() + " " + MDC.get("request"));
                                TENANT.set("set by the task");
                                MDC.put("own", "left");
                            })
                            .await();
                    TENANT.remove(); // nothing is captured of it from here on
                    group.fork(() -> {
                                seen.add(TENANT.get() + " " + MDC.get("request"));
                                TENANT.set("set by the second task");
                            })
                            .await();
                    var waiting = group.fork(() -> {
                        TENANT.set("cancelled");
                        new CountDownLatch(1).await();
                    });
                    waiting.cancel();
                    group.fork(() -> {
                        throw new IllegalStateException("failed");
                    });
                })));
        assertThat(thrown).hasRootCauseMessage("failed");
        assertThat(seen).containsExactly("acme 4711", "null 4711");
        for (int i = 0; i < 4; i++) {
            assertThat(after.take()).isEqualTo("null null null");
        }
        assertThat(MDC.getCopyOfContextMap()).containsExactly(Map.entry("request", "4711"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 an inheritable thread-local has in the task what the forking thread has, and not what the maker of"
            + " the thread had")
    void inherited(Backend backend) throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        INHERITED.set("of the maker");
        var made = new LinkedBlockingQueue<Runnable>();
        Thread ready = backend.newThread(() -> made.remove().run(), null, /* inheritThreadLocals= */ true);
        INHERITED.remove();
        Backend prepared = Backend.of(task -> {
            made.add(task);
            return ready;
        });
        on(
                prepared,
                () -> TaskGroup.run(
                        o -> o.propagators(propagator), group -> group.fork(() -> seen.add("" + INHERITED.get()))));
        assertThat(seen).containsExactly("null");
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 tasks of a Reactor chain see what its context holds, and a chain in a task sees what the task has")
    void reactor(Backend backend) throws Exception {
        Hooks.enableAutomaticContextPropagation();
        var scheduler = Schedulers.newSingle("reactor");
        try (var _ = ContextPropagator.install(propagator)) {
            String seen = Mono.fromCallable(() -> Espalier.run(
                            backend,
                            () -> TaskGroup.<String, Exception>call(group -> group.fork(() -> TENANT.get() + " "
                                            + Mono.deferContextual(context -> Mono.just(context.<String>get("tenant")))
                                                    .contextCapture()
                                                    .block())
                                    .await())))
                    .subscribeOn(scheduler)
                    .contextWrite(Context.of("tenant", "acme"))
                    .block();
            assertThat(seen).isEqualTo("acme acme");
        } finally {
            scheduler.dispose();
            Hooks.disableAutomaticContextPropagation();
        }
        assertThat(TENANT.get()).isNull();
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName(
            "X1 an accessor that cannot read makes the fork throw; one that cannot write makes the task fail, and what"
                    + " was written is cleared")
    void fragile(Backend backend) throws Exception {
        on(
                backend,
                () -> TaskGroup.run(o -> o.propagators(propagator), group -> {
                    Fragile.VALUE.set("unreadable");
                    assertThat(catchThrowable(() -> group.fork(() -> 1))).hasMessage("unreadable");
                    assertThat(group.stats().forked()).isZero();
                    Fragile.VALUE.remove();
                    assertThat(group.fork(() -> 1).await()).isEqualTo(1);
                }));
        Fragile.VALUE.set("unwritable");
        var thrown = catchThrowable(() ->
                on(backend, () -> TaskGroup.run(o -> o.propagators(propagator), group -> group.fork(() -> 1))));
        assertThat(thrown).hasRootCauseMessage("unwritable");
    }

    @ParameterizedTest
    @MethodSource("backends")
    @DisplayName("X1 with a factory of one's own only its keys are carried")
    void chosen(Backend backend) throws Exception {
        var some = new SnapshotPropagator(ContextSnapshotFactory.builder()
                .clearMissing(true)
                .captureKeyPredicate("tenant"::equals)
                .build());
        TENANT.set("acme");
        MDC.put("request", "4711");
        var seen = new ConcurrentLinkedQueue<String>();
        on(
                backend,
                () -> TaskGroup.run(
                        o -> o.propagators(some),
                        group -> group.fork(() -> seen.add(TENANT.get() + " " + MDC.get("request")))));
        assertThat(seen).containsExactly("acme null");
    }
}
