// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.spi.Backend;
import dev.espalier.sync.CapacityLimiter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** S1, S2: a token that is handed to somebody who leaves at that moment. */
public class LimiterHandOverTest {
    /** Does something, once, before it wakes a thread. */
    private static final class Waking extends FilterBackend {
        private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();

        Waking(Backend backend) {
            super(backend);
        }

        @Override
        public void unpark(Thread thread) {
            Runnable action = before.getAndSet(null);
            if (action != null) {
                action.run();
            }
            super.unpark(thread);
        }
    }

    private static void afterHandOver(TestBackend backend, boolean returned) throws Exception {
        var waking = new Waking(backend);
        var limiter = new CapacityLimiter(1);
        TaskGroup.run(o -> o.backend(waking), group -> {
            var held = limiter.acquireOnBehalfOf("first");
            var waits = group.fork(() -> limiter.acquireOnBehalfOf("second"));
            Threads.until(() -> limiter.statistics().waiting().size() == 1);
            waking.before.set(() -> {
                if (returned) {
                    limiter.releaseOnBehalfOf("second");
                }
                waits.cancel();
            });
            held.close();
        });
        assertThat(waking.before.get())
                .as("what was to be done at the hand-over")
                .isNull();
        assertThat(limiter.statistics()).isEqualTo(new CapacityLimiter.Statistics(1, List.of(), List.of()));
        try (var again = limiter.tryAcquireOnBehalfOf("second").orElseThrow()) {
            assertThat(again).isNotNull();
            assertThat(limiter.availableTokens()).isZero();
        }
    }

    @BackendTest
    @DisplayName("S1 a token that is handed to somebody who is cancelled at that moment is put back")
    void cancelled(TestBackend backend) throws Exception {
        afterHandOver(backend, /* returned= */ false);
    }

    @BackendTest
    @DisplayName("S2 a token that is returned on behalf of a borrower who is cancelled as it gets it is put back once")
    void returnedMeanwhile(TestBackend backend) throws Exception {
        afterHandOver(backend, /* returned= */ true);
    }
}
