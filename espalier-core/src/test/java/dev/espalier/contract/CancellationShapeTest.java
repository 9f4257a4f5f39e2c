// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Cancellation;
import dev.espalier.CancelledException;
import dev.espalier.DeadlineExceededException;
import dev.espalier.ScopeCancelledException;
import dev.espalier.StructureException;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule C10: which exceptions show an interruption. */
public class CancellationShapeTest {
    private static final CancelReason REASON =
            new CancelReason(CancelReason.Kind.ASKED, "asked", null, null, null, null);

    private static final List<Throwable> INTERRUPTIONS = List.of(
            new InterruptedException(),
            new CancelledException(REASON),
            new CancelledException(REASON, new IOException("closed by the hook")),
            new ClosedByInterruptException(),
            new InterruptedIOException(),
            new FileLockInterruptionException(),
            new CancellationException(),
            new SocketException("Closed by interrupt"));

    @Test
    @DisplayName("C10 interruptions of the JDK and Espalier's own show an interruption")
    void shapes() {
        assertThat(INTERRUPTIONS).allMatch(Cancellation::isCancellation);
    }

    @Test
    @DisplayName("C10 an exception of another library caused by an interruption, at any depth, shows one")
    void causes() {
        assertThat(INTERRUPTIONS).allSatisfy(interruption -> {
            assertThat(Cancellation.isCancellation(new RuntimeException(interruption)))
                    .isTrue();
            assertThat(Cancellation.isCancellation(new CompletionException(new ExecutionException(interruption))))
                    .isTrue();
            assertThat(Cancellation.isCancellation(new UncheckedIOException(new IOException(new Error(interruption)))))
                    .isTrue();
        });
    }

    @Test
    @DisplayName(
            "C10 failures do not show an interruption, a timeout of a socket and a suppressed interruption included")
    void failures() {
        var suppressing = new RuntimeException("cleanup");
        suppressing.addSuppressed(new InterruptedException());
        assertThat(List.<Throwable>of(
                        new IOException("x"),
                        new SocketTimeoutException("Read timed out"),
                        new RuntimeException(new SocketTimeoutException()),
                        new SocketException("Connection reset"),
                        new SocketException(),
                        new AsynchronousCloseException(),
                        new TimeoutException(),
                        new Error(),
                        suppressing))
                .noneMatch(Cancellation::isCancellation);
    }

    @Test
    @DisplayName("C10 Espalier's failures do not show an interruption, whatever their cause, nor does what they caused")
    void ownFailures() {
        var cancelled = new CancelledException(REASON);
        assertThat(List.<Throwable>of(
                        new DeadlineExceededException(REASON, cancelled),
                        new ScopeCancelledException(REASON, cancelled),
                        new TaskGroupException("1 failure", List.of(cancelled)),
                        new TaskGroupException("1 failure", List.of(new InterruptedException())),
                        new StructureException("left open"),
                        new RuntimeException(new DeadlineExceededException(REASON, cancelled))))
                .noneMatch(Cancellation::isCancellation);
    }

    @BackendTest
    @DisplayName(
            "C10 of the two exceptions of await, that of a cancelled task shows a cancellation and that of a failed"
                    + " one does not")
    void exceptionsOfAwait() throws Exception {
        TaskGroup.run(o -> o.failurePolicy(dev.espalier.FailurePolicy.COLLECT), group -> {
            var cancelled = group.fork(Stubborn::forever);
            cancelled.cancel();
            assertThatThrownBy(cancelled::await)
                    .isInstanceOf(TaskCancelledException.class)
                    .matches(Cancellation::isCancellation);
            var failed = group.fork(Failures.throwing(new InterruptedException("by somebody else")));
            assertThatThrownBy(failed::await)
                    .isInstanceOf(TaskFailedException.class)
                    .matches(thrown -> !Cancellation.isCancellation(thrown));
        });
    }

    @Test
    @DisplayName("C10 a chain of causes that is a circle is searched once")
    void circle() {
        var first = new RuntimeException("first");
        var second = new RuntimeException("second", first);
        first.initCause(second);
        assertThat(Cancellation.isCancellation(first)).isFalse();
        var before = new RuntimeException("before", second);
        assertThat(Cancellation.isCancellation(before)).isFalse();
    }

    @Test
    @SuppressWarnings("NullAway")
    @DisplayName("C10 null is refused")
    void nothing() {
        assertThatThrownBy(() -> Cancellation.isCancellation(null)).isInstanceOf(NullPointerException.class);
    }

    /** Runs the action on a thread, interrupts it there when it is blocked, and returns what it threw. */
    private static Throwable interrupted(Thread.Builder builder, dev.espalier.Action action) throws Exception {
        var thrown = new AtomicReference<Throwable>();
        var thread = builder.start(() -> {
            try {
                action.run();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        Threads.awaitBlocked(thread);
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isNotNull();
        return thrown.get();
    }

    @Test
    @DisplayName("C10 what the JDK throws from a socket read on an interrupted virtual thread shows an interruption")
    void socketRead() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new Socket(server.getInetAddress(), server.getLocalPort());
                var accepted = server.accept()) {
            assertThat(accepted.isConnected()).isTrue();
            var thrown = interrupted(Thread.ofVirtual(), () -> {
                int _ = client.getInputStream().read();
            });
            assertThat(thrown).isExactlyInstanceOf(SocketException.class).matches(Cancellation::isCancellation);
        }
    }

    @Test
    @DisplayName("C10 what the JDK throws from a channel read on an interrupted thread shows an interruption")
    void channelRead() throws Exception {
        for (var builder :
                List.<Thread.Builder>of(Thread.ofVirtual(), Thread.ofPlatform().daemon())) {
            var pipe = Pipe.open();
            try (var source = pipe.source();
                    var sink = pipe.sink()) {
                assertThat(sink.isOpen()).isTrue();
                var begun = new AtomicReference<Thread>();
                var thread = new AtomicReference<Throwable>();
                var reader = builder.unstarted(() -> {
                    begun.set(Thread.currentThread());
                    try {
                        int _ = source.read(ByteBuffer.allocate(1));
                    } catch (IOException e) {
                        thread.set(e);
                    }
                });
                reader.start();
                Threads.until(() -> begun.get() != null);
                reader.interrupt(); // before or in the read: the channel is closed either way
                reader.join();
                assertThat(thread.get())
                        .isInstanceOf(ClosedByInterruptException.class)
                        .matches(Cancellation::isCancellation);
            }
        }
    }

    @BackendTest
    @DisplayName("C10 a cancelled scope absorbs each exception that shows an interruption, itself or as a cause")
    void absorbed() throws Exception {
        for (var interruption : INTERRUPTIONS) {
            for (var thrown : List.of(interruption, new RuntimeException("wrapped", interruption))) {
                var scope = CancelScope.create();
                boolean ended = scope.run(() -> {
                    scope.cancel();
                    Failures.sneak(thrown);
                });
                assertThat(ended).as("%s", thrown).isFalse();
                assertThat(scope.cancelledCaught()).as("%s", thrown).isTrue();
            }
        }
    }

    @BackendTest
    @DisplayName("C10 a cancelled scope lets an exception pass that does not show an interruption")
    void passed() {
        for (var thrown : List.of(new IOException("x"), new SocketTimeoutException(), new Error("x"))) {
            var scope = CancelScope.create();
            assertThatThrownBy(() -> scope.run(() -> {
                        scope.cancel();
                        Failures.sneak(thrown);
                    }))
                    .isSameAs(thrown);
            assertThat(scope.cancelledCaught()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }
}
