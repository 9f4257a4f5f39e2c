// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.DeadlineExceededException;
import dev.espalier.TaskGroup;
import dev.espalier.pool.ResourcePool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page on cancelling JDBC, with a real database: what is shown is what runs here. */
class JdbcExamples {
    // @start region="query"
    /** The first column of the first row; cancelled in the server when the caller is cancelled. */
    static @Nullable String query(Connection connection, String sql) throws SQLException, InterruptedException {
        try (var statement = connection.createStatement()) {
            return CancelScope.cancelling(statement::cancel, () -> {
                try (var rows = statement.executeQuery(sql)) {
                    return rows.next() ? rows.getString(1) : null;
                }
            });
        }
    }
    // @end

    // @start region="pool"
    static ResourcePool<Connection> pool(PostgresServer server, String name, int size) {
        return ResourcePool.open(
                () -> server.connect(name), // DriverManager.getConnection(url), in a program
                o -> o.name(name)
                        .maxSize(size)
                        .validate(connection -> connection.isValid(/* seconds= */ 5))
                        .reset(connection -> {
                            if (!connection.getAutoCommit()) {
                                connection.rollback();
                                connection.setAutoCommit(true);
                            }
                        })
                        .keepIf((connection, failure) -> isHarmless(failure) && connection.isValid(5)));
    }

    /** The statement has ended in the server, by an error of the SQL or because it was cancelled; the connection is as before. */
    static boolean isHarmless(@Nullable Throwable failure) {
        for (var e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.equals("57014")
                        || state.startsWith("22")
                        || state.startsWith("23")
                        || state.startsWith("42");
            }
        }
        return false;
    }
    // @end

    // @start region="deadline"
    static @Nullable String report(ResourcePool<Connection> pool, String sql, Duration limit)
            throws SQLException, InterruptedException {
        return CancelScope.failAfter(limit, () -> pool.use(connection -> query(connection, sql)));
    }
    // @end

    // @start region="transaction"
    static void transfer(ResourcePool<Connection> pool, String... statements)
            throws SQLException, InterruptedException {
        pool.run(connection -> {
            connection.setAutoCommit(false);
            for (var sql : statements) {
                query(connection, sql + " returning 1");
            }
            CancelScope.shielded(
                    Duration.ofSeconds(5), () -> connection.commit()); // an interrupt would leave it unknown
        }); // what was not committed is rolled back by reset, or ends with its connection
    }
    // @end

    @Test
    @DisplayName("C9 a query with a deadline: the exception says so, and the connection is still there")
    void deadline() throws Exception {
        try (var pool = pool(PostgresServer.get(), "deadline-example", 1)) {
            assertThat(report(pool, "select 'a'", Duration.ofSeconds(30))).isEqualTo("a");
            String before = pool.use(c -> query(c, "select pg_backend_pid()"));
            assertThatThrownBy(() -> report(pool, "select pg_sleep(30)", Duration.ofMillis(100)))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasRootCauseInstanceOf(SQLException.class);
            String after = pool.use(c -> query(c, "select pg_backend_pid()"));
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("S3 a transaction that fails is rolled back before the connection is lent again")
    void transaction() throws Exception {
        try (var pool = pool(PostgresServer.get(), "transaction-example", 1)) {
            pool.run(c -> {
                try (var statement = c.createStatement()) {
                    statement.execute("create table account (name text primary key)");
                }
            });
            transfer(pool, "insert into account values ('a')", "insert into account values ('b')");
            assertThatThrownBy(() ->
                            transfer(pool, "insert into account values ('c')", "insert into account values ('a')"))
                    .isInstanceOf(SQLException.class);
            String count = pool.use(c -> query(c, "select count(*) from account"));
            assertThat(count).isEqualTo("2");
            var scope = CancelScope.create();
            assertThat(scope.run(() -> TaskGroup.run(group -> {
                        var _ = group.fork(() -> transfer(
                                pool,
                                "insert into account values ('d')",
                                "insert into account select pg_sleep(30)::text"));
                        PostgresPoolTest.awaitActive("transaction-example", "pg_sleep", true);
                        scope.cancel();
                    })))
                    .isFalse();
            assertThat(pool.<@Nullable String, Exception>use(c -> query(c, "select count(*) from account")))
                    .isEqualTo("2");
        }
    }
}
