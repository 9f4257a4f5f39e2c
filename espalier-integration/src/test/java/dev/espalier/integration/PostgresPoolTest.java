// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import static dev.espalier.integration.JdbcExamples.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.pool.ResourcePool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A pool of connections to a real database: what the server sees of it. */
class PostgresPoolTest {
    /** How many borrowings are cancelled at random points. */
    private static final int CANCELLATIONS = Integer.getInteger("espalier.cancellations", 10_000);

    private static final PostgresServer SERVER = PostgresServer.get();

    private static int number(String sql) throws SQLException, InterruptedException {
        try (var connection = SERVER.connect("observer")) {
            return Integer.parseInt(String.valueOf(query(connection, sql)));
        }
    }

    /** How many connections of a pool the server has. */
    private static int connections(String name) throws SQLException, InterruptedException {
        return number("select count(*) from pg_stat_activity where application_name = '" + name + "'");
    }

    /** Whether the server runs such a query for the pool. */
    private static boolean isActive(Connection observer, String name, String sql)
            throws SQLException, InterruptedException {
        return !"0"
                .equals(query(
                        observer,
                        "select count(*) from pg_stat_activity where state = 'active' and application_name = '" + name
                                + "' and query like '%" + sql + "%'"));
    }

    /** Returns when it runs, or does not any more. */
    static void awaitActive(String name, String sql, boolean active) throws SQLException, InterruptedException {
        try (var observer = SERVER.connect("observer")) {
            while (isActive(observer, name, sql) != active) {
                CancelScope.checkpoint();
            }
        }
    }

    @Test
    @DisplayName("S3 a thousand tasks use a pool of eight: the server never has more than eight connections")
    void neverMore() throws Exception {
        var most = new AtomicInteger();
        var seen = new HashSet<@Nullable String>();
        try (var pool = JdbcExamples.pool(SERVER, "thousand", 8)) {
            var pids = Tasks.map(
                    Collections.nCopies(1_000, "x"),
                    1_000,
                    _ -> pool.use(connection -> {
                        int now = Integer.parseInt(String.valueOf(query(
                                connection,
                                "select count(*) from pg_stat_activity where application_name = 'thousand'")));
                        var _ = most.accumulateAndGet(now, Math::max);
                        return query(connection, "select pg_backend_pid()");
                    }));
            seen.addAll(pids);
            assertThat(connections("thousand")).isEqualTo(pool.statistics().idle());
        }
        assertThat(most.get()).isBetween(2, 8);
        assertThat(seen).hasSizeBetween(2, 8); // none was closed and replaced
        awaitGone("thousand");
    }

    /** Borrows so many at once, and looks that each of them works. */
    private static void leaseAll(ResourcePool<Connection> pool, int count) throws SQLException, InterruptedException {
        if (count > 0) {
            try (var lease = pool.acquire(Duration.ofSeconds(30))) {
                assertThat(query(lease.resource(), "select 42")).isEqualTo("42");
                leaseAll(pool, count - 1);
            }
        }
    }

    /** A closed connection is in the view until its process has ended. */
    private static void awaitGone(String name) throws SQLException, InterruptedException {
        try (var observer = SERVER.connect("observer")) {
            while (!"0"
                    .equals(query(
                            observer,
                            "select count(*) from pg_stat_activity where application_name = '" + name + "'"))) {
                CancelScope.checkpoint();
            }
        }
    }

    @Test
    @DisplayName(
            "C9 a query of 30 s that a deadline cancels has ended in the server within half a second; its connection"
                    + " is used again")
    void cancelledInTheServer() throws Exception {
        try (var pool = JdbcExamples.pool(SERVER, "deadline", 1);
                var observer = SERVER.connect("observer")) {
            String before = pool.use(c -> query(c, "select pg_backend_pid()"));
            for (int i = 0; i < 5; i++) {
                var ended = new AtomicReference<Duration>();
                TaskGroup.run(group -> {
                    Task<?> failing = group.fork(() -> assertThatThrownBy(() ->
                                    pool.run(c -> CancelScope.failAfter(Duration.ofMillis(300), () -> {
                                        var _ = query(c, "select pg_sleep(30)");
                                    })))
                            .isInstanceOf(DeadlineExceededException.class));
                    while (!isActive(observer, "deadline", "pg_sleep")) {
                        CancelScope.checkpoint();
                    }
                    long began = System.nanoTime();
                    while (isActive(observer, "deadline", "pg_sleep")) {
                        CancelScope.checkpoint();
                    }
                    ended.set(Duration.ofNanos(System.nanoTime() - began));
                    var _ = failing.await();
                });
                assertThat(ended.get()).isLessThan(Duration.ofMillis(300 + 500)); // the deadline, and half a second
                String after = pool.use(c -> query(c, "select pg_backend_pid()"));
                assertThat(after).isEqualTo(before);
            }
        }
    }

    @Test
    @DisplayName("C9 without the hook, the interrupt closes the socket of a virtual thread: the pool closes that"
            + " connection, and the next one works")
    void interrupted() throws Exception {
        try (var pool = JdbcExamples.pool(SERVER, "interrupted", 1)) {
            String before = pool.use(c -> query(c, "select pg_backend_pid()"));
            var scope = CancelScope.create();
            assertThat(scope.run(() -> TaskGroup.run(group -> {
                        var _ = group.fork(() -> pool.run(c -> {
                            try (var statement = c.createStatement()) {
                                var _ = statement.execute("select pg_sleep(30)");
                            }
                        }));
                        awaitActive("interrupted", "pg_sleep", true);
                        scope.cancel();
                    })))
                    .isFalse();
            assertThat(pool.statistics().open()).isZero();
            String after = pool.use(c -> query(c, "select pg_backend_pid()"));
            assertThat(after).isNotEqualTo(before);
        }
    }

    @Test
    @DisplayName(
            "S3 connections killed by the server are replaced: each costs at most the one query that it was killed in")
    void killed() throws Exception {
        var failures = new AtomicInteger();
        var answers = new AtomicInteger();
        int kills = 0;
        try (var pool = JdbcExamples.pool(SERVER, "killed", 4)) {
            for (int round = 0; round < 20; round++) {
                kills += TaskGroup.<Integer, Exception>call(group -> {
                    for (int t = 0; t < 8; t++) {
                        var _ = group.fork(() -> {
                            for (int n = 0; n < 10; n++) {
                                try {
                                    pool.run(c ->
                                            assertThat(query(c, "select 42")).isEqualTo("42"));
                                    answers.incrementAndGet();
                                } catch (SQLException e) {
                                    failures.incrementAndGet(); // and goes on
                                }
                            }
                        });
                    }
                    return number(
                            "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name ="
                                    + " 'killed'");
                });
            }
            assertThat(kills).isPositive();
            assertThat(failures.get()).isLessThanOrEqualTo(kills);
            assertThat(answers.get()).isEqualTo(20 * 8 * 10 - failures.get());
            leaseAll(pool, 4);
            int idle = number(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'killed'");
            assertThat(idle).isEqualTo(4);
            awaitGone("killed");
            for (int i = 0; i < 4; i++) { // all of them are dead, and nobody has to know
                pool.run(c -> assertThat(query(c, "select 42")).isEqualTo("42"));
            }
        }
        awaitGone("killed");
    }

    @Test
    @DisplayName(
            "S3 cancellations at random points, while waiting, connecting, checking and querying, leak no connection")
    void randomCancellations() throws Exception {
        long seed = Long.getLong("espalier.race", System.nanoTime());
        System.out.println("cancellations of queries: -Despalier.race=" + seed);
        var random = new SplittableRandom(seed);
        var cancelled = new AtomicInteger();
        long began = System.nanoTime();
        var pool = JdbcExamples.pool(SERVER, "random", 4);
        try (pool) {
            TaskGroup.run(group -> {
                for (int t = 0; t < 12; t++) {
                    var mine = random.split();
                    var _ = group.fork(() -> {
                        while (cancelled.get() < CANCELLATIONS) {
                            Duration limit = Duration.ofNanos(mine.nextInt(4_000_000));
                            boolean hooked = mine.nextInt(8) != 0;
                            boolean ended = CancelScope.runOrMoveOnAfter(
                                    limit,
                                    () -> pool.run(c -> {
                                        if (hooked) {
                                            var _ = query(c, "select pg_sleep(0.002)");
                                        } else {
                                            try (var statement =
                                                    c.createStatement()) { // the interrupt closes its socket
                                                var _ = statement.execute("select pg_sleep(0.002)");
                                            }
                                        }
                                    }));
                            if (!ended) {
                                cancelled.incrementAndGet();
                            }
                        }
                    });
                }
            });
            var now = pool.statistics();
            assertThat(now.leased()).isEmpty();
            assertThat(now.opening() + now.closing()).isZero();
            assertThat(now.waiting()).isEmpty();
            leaseAll(pool, 4); // all places are there, and what is in them works
            assertThat(connections("random")).isBetween(4, 12); // those that are ending included
        }
        awaitGone("random");
        System.out.printf("%,d cancellations in %.1f s%n", cancelled.get(), (System.nanoTime() - began) / 1e9);
    }

    @Test
    @DisplayName("S3 a pool that cannot connect says what the driver said, and goes on when it can")
    void cannotConnect() throws Exception {
        var up = new AtomicBoolean();
        try (var pool = ResourcePool.<Connection>open(() -> {
            if (!up.get()) {
                throw new SQLException("the database system is starting up", "57P03");
            }
            return SERVER.connect("later");
        })) {
            assertThatThrownBy(pool::acquire)
                    .hasMessageContaining("starting up")
                    .hasCauseInstanceOf(SQLException.class);
            up.set(true);
            pool.run(c -> assertThat(query(c, "select 42")).isEqualTo("42"));
        }
        awaitGone("later");
    }
}
