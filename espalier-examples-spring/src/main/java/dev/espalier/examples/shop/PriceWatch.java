// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import dev.espalier.Backoff;
import dev.espalier.Tasks;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.RestartPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** Something in the background: it starts before the first request, and ends after the last one. */
@Component
class PriceWatch {
    private static final RestartPolicy RECONNECT = RestartPolicy.onFailure(
            Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)), /* max= */ 5, Duration.ofMinutes(1));

    private final AtomicLong rounds = new AtomicLong();

    PriceWatch(ApplicationScope app) {
        app.onStartup("prices", () -> app.forkDaemon("prices", RECONNECT, this::keepUpToDate));
    }

    private void keepUpToDate() throws InterruptedException {
        while (true) {
            rounds.incrementAndGet(); // would ask for prices
            Tasks.sleep(Duration.ofSeconds(1));
        }
    }

    long rounds() {
        return rounds.get();
    }
}
