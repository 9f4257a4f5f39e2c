// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.FailurePolicy;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;

/** F2, F3: exceptions that cannot even be printed. */
public class SilentFailureTest {
    private static final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }

    @BackendTest
    @DisplayName("F2 a failure whose message cannot be had leaves the group as any other")
    void ofTask() {
        var failure = new Silent();
        Throwable thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var _ = group.fork("fails", () -> {
                throw failure;
            });
        }));
        assertThat(thrown)
                .isInstanceOf(TaskGroupException.class)
                .hasMessageContaining("Silent, whose toString threw java.lang.UnsupportedOperationException");
        assertThat(((TaskGroupException) thrown).failures()).singleElement().isSameAs(failure);
    }

    @BackendTest
    @DisplayName("F3, F1 a body that fails so cancels its tasks, and its exception leaves")
    void ofBody() {
        var failure = new Silent();
        Throwable thrown = catchThrowable(() -> TaskGroup.run(group -> {
            var waits = new Blocker();
            var _ = group.fork(waits);
            waits.awaitEntered();
            throw failure;
        }));
        assertThat(thrown == failure).isTrue(); // not described by AssertJ: that would ask for its message
    }

    @BackendTest
    @DisplayName("F2, C17 whoever awaits such a task, or is cancelled because of it, learns of it")
    void ofAwaited() throws Exception {
        var failure = new Silent();
        var reason = new AtomicReference<CancelReason>();
        Throwable left = catchThrowable(() -> TaskGroup.run(group -> {
            var waits = new Blocker();
            var _ = group.fork(() -> {
                try {
                    waits.run();
                } finally {
                    reason.set(CancelScope.current().reason().orElseThrow());
                }
            });
            waits.awaitEntered();
            var _ = group.fork("fails", () -> {
                throw failure;
            });
        }));
        assertThat(left).isInstanceOf(TaskGroupException.class);
        assertThat(reason.get().exception() == failure).isTrue();
        var awaited = new AtomicReference<Throwable>();
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var task = group.fork("fails", () -> {
                throw failure;
            });
            awaited.set(catchThrowable(task::await));
            assertThat(awaited.get()).isInstanceOf(TaskFailedException.class);
        });
    }

    @BackendTest
    @DisplayName("F6 nobody looks at such a failure: it is logged as far as it can be, and the group ends as it would")
    void ofNobody() throws Exception {
        var failure = new RuntimeException() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new AssertionError("no message"); // which a handler of the log lets through
            }
        };
        var asks = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                var _ = String.valueOf(logged.getThrown()); // as one that prints it does
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger("dev.espalier");
        try (var log = LogCapture.start()) {
            logger.addHandler(asks);
            TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
                var _ = group.fork("fails", () -> {
                    throw failure;
                });
            });
            assertThat(log.messages()).anyMatch(message -> message.contains("whose toString threw"));
        } finally {
            logger.removeHandler(asks);
        }
    }
}
