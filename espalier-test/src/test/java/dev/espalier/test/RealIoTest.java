// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.VoidBody;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What the simulation does not simulate is waited for. */
class RealIoTest {
    /** Runs it beside a task that sleeps for an hour, and checks that the clock stood still. */
    private static Trace besideASleep(VoidBody<Exception> io) throws Exception {
        return SimulatedBackend.run(1, sim -> {
            TaskGroup.run(group -> {
                var _ = group.fork("sleeps", () -> Tasks.sleep(Duration.ofHours(1)));
                var _ = group.fork("does I/O", () -> {
                    io.call();
                    assertThat(sim.elapsed()).isZero();
                });
            });
            assertThat(sim.elapsed()).isEqualTo(Duration.ofHours(1));
            return sim.trace();
        });
    }

    @Test
    void theClockDoesNotJumpPastASocket() throws Exception {
        try (var server = FirstIo.echo()) {
            var trace = besideASleep(() -> assertThat(FirstIo.shout(server, 42)).isEqualTo(42));
            assertThat(trace.isReplayable()).isFalse();
        }
    }

    @Test
    void aSocketIsNoDeadlock() throws Exception {
        try (var server = FirstIo.echo()) {
            for (int seed = 1; seed <= 20; seed++) {
                int what = seed;
                int heard = SimulatedBackend.run(seed, _ -> FirstIo.shout(server, what));
                assertThat(heard).isEqualTo(what);
            }
        }
    }

    @Test
    void inAJvmWhoseFirstIoIsInASimulationIoOutsideWorksAfterIt() throws Exception {
        assertThat(Jvm.lines(Jvm.start(FirstIo.class))).containsExactly("1", "2", "3", "true");
    }

    @Test
    void theClockDoesNotJumpPastAnHttpClient() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(UTF_8));
            exchange.close();
        });
        server.start();
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://localhost:" + server.getAddress().getPort());
            var trace = besideASleep(() -> assertThat(
                            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                                    .body())
                    .isEqualTo("hello"));
            assertThat(trace.isReplayable()).isFalse();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theClockDoesNotJumpPastWhatTheTestSaysIsBusy() throws Exception {
        Trace trace = SimulatedBackend.run(1, sim -> {
            var answer = new CompletableFuture<String>();
            var asked = new CountDownLatch(1);
            TaskGroup.run(group -> {
                var _ = group.fork("sleeps", () -> Tasks.sleep(Duration.ofHours(1)));
                var _ = group.fork("asks", () -> {
                    Thread.ofPlatform().start(() -> {
                        try {
                            asked.await();
                        } catch (InterruptedException e) {
                            answer.completeExceptionally(e);
                        }
                        answer.complete("yes");
                    });
                    try (var _ = sim.busy()) {
                        asked.countDown();
                        assertThat(answer.get()).isEqualTo("yes");
                        assertThat(sim.elapsed()).isZero();
                    }
                });
            });
            return sim.trace();
        });
        assertThat(trace.isReplayable()).isFalse();
        assertThat(trace.toString()).contains("says that it starts something outside");
    }

    @Test
    void whatIsBusyForTooLongFails() throws Exception {
        var findings = SimulatedBackend.explore(Exploration.seeds(1).realLimit(Duration.ofMillis(20)), sim -> {
            try (var _ = sim.busy()) {
                new CompletableFuture<>().get();
            }
        });
        assertThat(findings.failures().getFirst().thrown())
                .isExactlyInstanceOf(SimulationError.class)
                .hasMessageContainingAll("outside the simulation has not ended", "20 ms", "RealIoTest");
    }
}
