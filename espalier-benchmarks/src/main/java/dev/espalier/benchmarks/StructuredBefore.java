// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.time.Duration;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;

/**
 * What the guide's page for those who come from {@code StructuredTaskScope} shows of that: compiled here, since this module may use preview APIs, and
 * not run.
 */
final class StructuredBefore {
    record Offer(int price, int stock) {}

    private StructuredBefore() {}

    private static int price(int id) {
        return 10 * id;
    }

    private static int stock(int id) {
        return id;
    }

    // @start region="scopeBefore"
    static Offer both(int id) throws InterruptedException {
        try (var scope = StructuredTaskScope.open(
                Joiner.<Integer>awaitAllSuccessfulOrThrow(),
                config -> config.withName("offer").withTimeout(Duration.ofSeconds(2)))) {
            var price = scope.fork(() -> price(id));
            var stock = scope.fork(() -> stock(id));
            scope.join(); // throws FailedException or TimeoutException
            return new Offer(price.get(), stock.get());
        }
    }
    // @end
}
