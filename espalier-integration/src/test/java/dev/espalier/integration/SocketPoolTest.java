// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.pool.ResourcePool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A pool of connections of a protocol of lines over the JDK's sockets. */
class SocketPoolTest {
    private static final int SIZE = 4;
    private static final int CANCELLATIONS = 10_000;

    /** Answers each line with that line, after a little work; knows how many connections it has. */
    private static final class LineServer implements AutoCloseable {
        final ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        final AtomicInteger open = new AtomicInteger();

        LineServer() throws IOException {
            Thread.ofPlatform().daemon().name("line server").start(() -> {
                try {
                    while (true) {
                        Socket socket = listening.accept();
                        open.incrementAndGet();
                        Thread.ofVirtual().start(() -> serve(socket));
                    }
                } catch (IOException e) {
                    assertThat(listening.isClosed()).isTrue();
                }
            });
        }

        private void serve(Socket socket) {
            try (socket;
                    var in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    for (int i = 0; i < 50; i++) {
                        Thread.yield();
                    }
                    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // the client has gone, which is what the tests do
            } finally {
                open.decrementAndGet();
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    /** A connection: each call writes a line and reads one. */
    private static final class Client implements AutoCloseable {
        private static final AtomicInteger OPEN = new AtomicInteger();
        private static final AtomicInteger MOST = new AtomicInteger();

        private final Socket socket;
        private final BufferedReader in;

        Client(LineServer server) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.listening.getLocalPort());
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            var _ = MOST.accumulateAndGet(OPEN.incrementAndGet(), Math::max);
        }

        String call(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            String answer = in.readLine();
            if (answer == null) {
                throw new IOException("the server has gone");
            }
            return answer;
        }

        @Override
        public void close() throws IOException {
            OPEN.decrementAndGet();
            socket.close();
        }
    }

    @Test
    @DisplayName("S3 ten thousand cancellations at random points: no connection leaks, and no answer is another call's")
    void randomCancellations() throws Exception {
        long seed = Long.getLong("espalier.race", System.nanoTime());
        System.out.println("cancellations of calls: -Despalier.race=" + seed);
        var random = new SplittableRandom(seed);
        var cancelled = new AtomicInteger();
        var answered = new AtomicInteger();
        var numbers = new AtomicLong();
        try (var server = new LineServer()) {
            try (var pool = ResourcePool.open(() -> new Client(server), o -> o.maxSize(SIZE))) {
                TaskGroup.run(group -> {
                    for (int t = 0; t < 3 * SIZE; t++) {
                        var mine = random.split();
                        var _ = group.fork(() -> {
                            while (cancelled.get() < CANCELLATIONS) {
                                var limit = Duration.ofNanos(mine.nextInt(400_000));
                                boolean ended = CancelScope.runOrMoveOnAfter(
                                        limit,
                                        () -> pool.run(client -> {
                                            String line = "call " + numbers.incrementAndGet();
                                            assertThat(client.call(line)).isEqualTo(line);
                                        }));
                                var _ = (ended ? answered : cancelled).incrementAndGet();
                            }
                        });
                    }
                });
                assertThat(pool.statistics().leased()).isEmpty();
                assertThat(pool.statistics().open()).isEqualTo(Client.OPEN.get());
            }
            assertThat(Client.OPEN).hasValue(0);
            assertThat(Client.MOST.get()).isLessThanOrEqualTo(SIZE);
            assertThat(answered.get()).isPositive();
            while (server.open.get() != 0) {
                Thread.onSpinWait(); // it reads the ends of the connections
            }
        }
    }
}
