// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.app.ApplicationScope;
import dev.espalier.app.RestartPolicy;
import dev.espalier.app.StartupFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** How a context ends, step by step. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch closed = new CountDownLatch(1);
    private ConfigurableApplicationContext context;
    private int port;

    private Desk start(String... properties) {
        context = TestApplication.start(properties);
        context.addApplicationListener((ApplicationListener<ContextClosedEvent>) _ -> closed.countDown());
        port = TestApplication.port(context);
        return context.getBean(Desk.class);
    }

    @AfterEach
    void close() {
        if (context != null) {
            context.close();
        }
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private CompletableFuture<Void> closing() {
        return CompletableFuture.runAsync(() -> context.close(), Thread::startVirtualThread);
    }

    private static <T> T result(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Until the server listens no more. */
    private void awaitIntakeStopped() throws InterruptedException {
        while (!Thread.interrupted()) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Thread.yield();
            } catch (IOException e) {
                return;
            }
        }
        throw new InterruptedException();
    }

    // ---- requests

    @Test
    @DisplayName("a request that is in flight ends by itself, and the context waits for it")
    void inFlight() throws Exception {
        Desk desk = start();
        var response = get("/wait/in-flight");
        desk.visit("in-flight").awaitEntered();
        var closing = closing();
        awaitIntakeStopped();
        assertThat(closing).isNotDone();
        desk.visit("in-flight").leave();
        assertThat(result(response).body()).isEqualTo("left");
        result(closing);
    }

    @Test
    @DisplayName("a request in flight may still give work to the application, which the context waits for")
    void inFlightForks() throws Exception {
        Desk desk = start();
        var response = get("/late-background/in-flight");
        desk.visit("in-flight").awaitEntered();
        var closing = closing();
        awaitIntakeStopped();
        desk.visit("in-flight").leave();
        assertThat(result(response).body()).isEqualTo("forked");
        desk.visit("in-flight-task").awaitEntered();
        assertThat(closing).isNotDone();
        desk.visit("in-flight-task").leave();
        assertThat(desk.visit("in-flight-task").outcome()).isEqualTo("left");
        result(closing);
    }

    @Test
    @DisplayName("a request that takes longer than Spring Boot waits is cancelled, and answered with 503")
    void cutShort() throws Exception {
        Desk desk = start("spring.lifecycle.timeout-per-shutdown-phase=100ms");
        var response = get("/nested/cut-short");
        desk.visit("cut-short").awaitEntered();
        var closing = closing();
        assertThat(result(response).statusCode()).isEqualTo(503);
        assertThat(result(response).headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(result(response).headers().firstValue("Connection")).hasValue("close");
        assertThat(result(response).body()).contains("\"detail\":\"The server is shutting down.\"");
        assertThat(desk.visit("cut-short").outcome())
                .isEqualTo("SHUTDOWN: application 'app requests' shuts down: the Spring context closes");
        result(closing);
    }

    @Test
    @DisplayName("with server.shutdown=immediate requests are cut short at once, and answered all the same")
    void immediate() throws Exception {
        Desk desk = start("server.shutdown=immediate");
        var response = get("/wait/immediate");
        desk.visit("immediate").awaitEntered();
        context.close();
        assertThat(result(response).statusCode()).isEqualTo(503);
    }

    @Test
    @DisplayName("a request that ignores its cancellation is named after the hard limit, with its stack")
    void deafRequest(CapturedOutput output) throws Exception {
        Desk desk = start("spring.lifecycle.timeout-per-shutdown-phase=50ms", "espalier.shutdown.hard-limit=50ms");
        get("/deaf/deaf-request");
        desk.visit("deaf-request").awaitEntered();
        try {
            context.close();
            assertThat(output)
                    .contains("group 'request'")
                    .contains("has not ended PT0.05S after it was cancelled")
                    .contains("at dev.espalier.spring.boot.Visit.awaitDeaf");
        } finally {
            desk.visit("deaf-request").leave();
        }
    }

    @Test
    @DisplayName("while the application shuts down by itself, a request that needs it gets 503")
    void refused() throws Exception {
        Desk desk = start("espalier.shutdown.when-ended=nothing");
        assertThat(result(get("/app-group")).body()).isEqualTo("in the application");
        context.getBean(ApplicationScope.class).close();
        assertThat(result(get("/app-group")).statusCode()).isEqualTo(503);
        assertThat(result(get("/hello")).statusCode()).isEqualTo(200);
        assertThat(desk).isNotNull();
    }

    // ---- background tasks

    @Test
    @DisplayName("background tasks have the grace when the server has stopped")
    void background() throws Exception {
        Desk desk = start();
        result(get("/background/grace"));
        desk.visit("grace").awaitEntered();
        var closing = closing();
        awaitIntakeStopped();
        assertThat(closing).isNotDone();
        desk.visit("grace").leave();
        result(closing);
        assertThat(desk.visit("grace").outcome()).isEqualTo("left");
    }

    @Test
    @DisplayName("background tasks are cancelled after the grace")
    void backgroundCancelled() throws Exception {
        Desk desk = start("espalier.shutdown.grace=50ms", "spring.application.name=shop");
        result(get("/background/cancelled"));
        desk.visit("cancelled").awaitEntered();
        context.close();
        assertThat(desk.visit("cancelled").outcome())
                .isEqualTo("SHUTDOWN: application 'shop' shuts down: the Spring context closes");
    }

    @Test
    @DisplayName("a straggler is named in the log, with its stack, and does not keep the context from closing")
    void straggler(CapturedOutput output) throws Exception {
        Desk desk = start("espalier.shutdown.grace=0", "espalier.shutdown.hard-limit=50ms");
        result(get("/background/straggler?deaf=true"));
        desk.visit("straggler").awaitEntered();
        try {
            context.close();
            assertThat(output)
                    .contains("task 'background straggler'")
                    .contains("has not ended PT0.05S after it was cancelled")
                    .contains("at dev.espalier.spring.boot.Visit.awaitDeaf")
                    .contains("not in order, 0 things failed or hung, and 1 tasks were left behind");
        } finally {
            desk.visit("straggler").leave();
        }
    }

    // ---- order

    @Configuration(proxyBeanMethods = false)
    static class Ordered {
        static final List<String> EVENTS = new CopyOnWriteArrayList<>();

        @Bean(destroyMethod = "close")
        AutoCloseable bean(ApplicationScope app) {
            app.onStartup("migrate", () -> {
                EVENTS.add("startup hook");
                app.fork("background", () -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        EVENTS.add("background task");
                    }
                });
            });
            app.manage("resource", () -> EVENTS.add("resource"));
            app.onShutdown("hook", () -> EVENTS.add("shutdown hook"));
            app.onStopIntake("hook", () -> EVENTS.add("intake"));
            return () -> EVENTS.add("bean");
        }

        @Bean
        ApplicationListener<WebServerInitializedEvent> initialized() {
            return _ -> EVENTS.add("web server");
        }
    }

    @Test
    @DisplayName("the application starts before the web server, and ends before beans are destroyed")
    void order() {
        Ordered.EVENTS.clear();
        TestApplication.start(
                        WebApplicationType.SERVLET,
                        List.of(TestApplication.class, Ordered.class),
                        "espalier.shutdown.grace=0")
                .close();
        assertThat(Ordered.EVENTS)
                .containsExactly(
                        "startup hook", "web server", "intake", "background task", "shutdown hook", "resource", "bean");
    }

    @Configuration(proxyBeanMethods = false)
    static class FailingStart {
        static final List<String> EVENTS = new CopyOnWriteArrayList<>();

        @Bean
        Object bean(ApplicationScope app) {
            app.manage("resource", () -> EVENTS.add("closed"));
            app.onStartup("migrate", () -> {
                throw new IOException("no database");
            });
            return new Object();
        }
    }

    @Test
    @DisplayName("a startup hook that fails keeps the context from starting, and what was managed is closed")
    void startupFails() {
        FailingStart.EVENTS.clear();
        assertThatThrownBy(() -> TestApplication.start(
                        WebApplicationType.NONE, List.of(EspalierAutoConfiguration.class, FailingStart.class)))
                .hasRootCauseInstanceOf(IOException.class)
                .hasStackTraceContaining(StartupFailedException.class.getName());
        assertThat(FailingStart.EVENTS).containsExactly("closed");
    }

    // ---- the application ends first

    @Test
    @DisplayName("a managed task that gives up closes the context, and requests in flight end by themselves")
    void gaveUp(CapturedOutput output) throws Exception {
        Desk desk = start();
        var response = get("/wait/gave-up");
        desk.visit("gave-up").awaitEntered();
        context.getBean(ApplicationScope.class).fork("consumer", RestartPolicy.never(), () -> {
            throw new IllegalStateException("the broker is gone");
        });
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        desk.visit("gave-up").leave();
        assertThat(result(response).body()).isEqualTo("left");
        while (context.isRunning() || context.isActive()) {
            Thread.yield();
        }
        assertThat(output).contains("the broker is gone").contains("shuts down by itself; the Spring context closes");
    }

    @Test
    @DisplayName("a shutdown from a request closes the context after that request")
    void shutdownFromInside() throws Exception {
        Desk desk = start();
        var response = get("/wait/inside");
        desk.visit("inside").awaitEntered();
        context.getBean(ApplicationScope.class).shutdown("asked by a test");
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        desk.visit("inside").leave();
        assertThat(result(response).statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("a context that is paused, as the cache of the tests does, keeps its application")
    void paused() throws Exception {
        Desk desk = start();
        result(get("/background/paused"));
        desk.visit("paused").awaitEntered();
        context.pause();
        assertThat(context.getBean(ApplicationScope.class).isShuttingDown()).isFalse();
        assertThat(desk.visit("paused").isOver()).isFalse();
        context.restart();
        assertThat(result(get("/forks")).body()).isEqualTo("ab");
        desk.visit("paused").leave();
    }

    @Test
    @DisplayName("a context that was stopped cannot be started again, and says why")
    void startedAgain() {
        start();
        context.stop();
        assertThatThrownBy(context::start).hasStackTraceContaining("application 'app'");
    }
}
