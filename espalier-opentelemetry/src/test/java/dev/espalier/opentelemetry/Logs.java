// SPDX-License-Identifier: Apache-2.0

package dev.espalier.opentelemetry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What Espalier logs while this is open. */
final class Logs implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.espalier");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final boolean parents = logger.getUseParentHandlers();

    private Logs() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    static Logs start() {
        return new Logs();
    }

    /** The messages at WARNING and above, formatted. */
    List<String> messages() {
        var formatter = new SimpleFormatter();
        return records.stream()
                .filter(r -> r.getLevel().intValue() >= Level.WARNING.intValue())
                .map(formatter::formatMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(parents);
    }
}
