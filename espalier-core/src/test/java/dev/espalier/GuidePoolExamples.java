// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.pool.Lease;
import dev.espalier.pool.ResourcePool;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page on pools: what is shown is what runs here. */
@SuppressWarnings("FutureReturnValueIgnored") // a group awaits its tasks and throws their failures
class GuidePoolExamples {
    static final AtomicInteger OPEN = new AtomicInteger();

    /** A connection as any library has one. */
    static final class Connection implements AutoCloseable {
        private boolean inTransaction;

        Connection() {
            OPEN.incrementAndGet();
        }

        String query(String sql) throws IOException {
            if (sql.isBlank()) {
                throw new IOException("nothing to do");
            }
            inTransaction = true;
            return "rows of " + sql;
        }

        void commit() {
            inTransaction = false;
        }

        void rollback() {
            inTransaction = false;
        }

        boolean isValid() {
            return !inTransaction;
        }

        @Override
        public void close() {
            OPEN.decrementAndGet();
        }
    }

    static final class SyntaxException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private static Connection connect(String url) throws IOException {
        if (url.isEmpty()) {
            throw new IOException("no address");
        }
        return new Connection();
    }

    // @start region="use"
    static String report(ResourcePool<Connection> pool) throws IOException, InterruptedException {
        return TaskGroup.call(group -> {
            var orders = group.fork(() -> pool.use(c -> c.query("orders"))); // waits for a connection, if all are lent
            var stock = group.fork(() -> pool.use(c -> c.query("stock"))); // given back when the body has ended
            return orders.await() + ", " + stock.await();
        });
    }
    // @end

    // @start region="options"
    static ResourcePool<Connection> pool(String url) {
        return ResourcePool.open(
                () -> connect(url), // on the thread of who borrows, so that its cancellation reaches it
                o -> o.name("db")
                        .maxSize(20)
                        .validate(c -> c.isValid())
                        .validateAfterIdle(Duration.ofMillis(500)) // not if it was used a moment ago
                        .reset(c -> c.rollback())
                        .keepIf((c, failure) -> failure instanceof SyntaxException) // else it is closed
                        .idleTimeout(Duration.ofMinutes(10))
                        .maxLifetime(Duration.ofMinutes(30)));
    }
    // @end

    // @start region="lease"
    static void transfer(ResourcePool<Connection> pool, String... statements) throws IOException, InterruptedException {
        try (Lease<Connection> lease = pool.acquire()) {
            Connection connection = lease.resource();
            try {
                for (var sql : statements) {
                    connection.query(sql);
                }
                connection.commit();
            } catch (IOException e) {
                lease.discard(); // the lease does not see the exception
                throw e;
            }
        }
    }
    // @end

    // @start region="shed"
    static Optional<String> answerNow(ResourcePool<Connection> pool) throws IOException, InterruptedException {
        try (Lease<Connection> lease = pool.tryAcquire().orElse(null)) { // empty if all are lent
            return lease == null
                    ? Optional.empty()
                    : Optional.of(lease.resource().query("orders"));
        }
    }

    static String answerSoon(ResourcePool<Connection> pool) throws IOException, InterruptedException {
        try (var lease = pool.acquire(Duration.ofMillis(200))) { // waiting, checking and opening together
            return lease.resource().query("orders");
        } // else a DeadlineExceededException that names who has had one for longest
    }
    // @end

    // @start region="close"
    static void serve(String url) throws IOException, InterruptedException {
        try (var pool = pool(url)) {
            pool.warmUp(2); // a wrong address is found here
            report(pool);
        } // waits until all have come back, at most PoolOptions.drainLimit, then names who has them
    }
    // @end

    @Test
    @DisplayName("use: given back, and used again")
    void use() throws Exception {
        try (var pool = pool("db://")) {
            assertThat(report(pool)).isEqualTo("rows of orders, rows of stock");
            assertThat(pool.statistics().idle()).isBetween(1, 2);
            boolean isReset = pool.use(c -> c.isValid());
            assertThat(isReset).isTrue();
        }
        assertThat(OPEN).hasValue(0);
    }

    @Test
    @DisplayName("a lease that is discarded")
    void lease() throws Exception {
        try (var pool = pool("db://")) {
            transfer(pool, "a", "b");
            assertThat(pool.statistics().idle()).isEqualTo(1);
            assertThatThrownBy(() -> transfer(pool, "a", "")).isInstanceOf(IOException.class);
            assertThat(pool.statistics().open()).isZero();
        }
        assertThat(OPEN).hasValue(0);
    }

    @Test
    @DisplayName("tryAcquire and acquire with a timeout, when all are lent")
    void shed() throws Exception {
        try (var pool = ResourcePool.open(() -> connect("db://"), o -> o.maxSize(1))) {
            assertThat(answerNow(pool)).contains("rows of orders");
            try (var _ = pool.acquire()) {
                assertThat(answerNow(pool)).isEmpty();
                assertThatThrownBy(() -> answerSoon(pool))
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("held by thread");
            }
            assertThat(answerSoon(pool)).isEqualTo("rows of orders");
        }
        assertThat(OPEN).hasValue(0);
    }

    @Test
    @DisplayName("warm up, serve, close")
    void close() throws Exception {
        serve("db://");
        assertThat(OPEN).hasValue(0);
        assertThatThrownBy(() -> serve(""))
                .isInstanceOf(TaskGroupException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("no address");
    }
}
