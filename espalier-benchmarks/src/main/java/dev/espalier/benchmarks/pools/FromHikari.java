// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** HikariCP, over connections that connect to nothing. */
final class FromHikari implements Borrower {
    private final HikariDataSource pool;

    FromHikari(Things things) {
        var config = new HikariConfig();
        config.setDataSource(new Source(things));
        config.setMaximumPoolSize(things.size());
        config.setConnectionTimeout(60_000);
        pool = new HikariDataSource(config);
    }

    @Override
    public void once() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.unwrap(ThingConnection.class).getThing().use();
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /** Makes the connections. */
    private record Source(Things things) implements DataSource {
        @Override
        public Connection getConnection() {
            return new ThingConnection(things.make());
        }

        @Override
        public Connection getConnection(@Nullable String user, @Nullable String password) {
            return getConnection();
        }

        @Override
        public @Nullable PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(@Nullable PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("no " + type + " in here");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
