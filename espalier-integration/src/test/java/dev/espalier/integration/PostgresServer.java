// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A PostgreSQL server of its own for the tests, on a free port of this machine, with empty data in a temporary folder.
 *
 * <p>It ends with this JVM, whatever ends that: a shell waits for the end of the JVM's pipe, stops the server and removes the folder. PostgreSQL
 * refuses to run as root; then it runs as the user nobody.
 */
final class PostgresServer {
    /** After "$1", the folder of everything, "$2", initdb, and "$3", postgres: its port. */
    private static final String SCRIPT = """
        "$2" -D "$1/data" -U espalier -A trust -E UTF8 --locale=C --no-sync --no-instructions || exit 1
        "$3" -D "$1/data" -p "$4" -h 127.0.0.1 -k "" -F -c max_connections=60 -c log_min_messages=panic &
        server=$!
        echo started
        read -r _
        kill -QUIT $server
        wait $server
        rm -rf "$1"
        """;

    private final int port;

    private PostgresServer(int port) {
        this.port = port;
    }

    /** Started by the first who asks; not in the class around it, whose other threads would wait for that. */
    private static final class Holder {
        static final PostgresServer INSTANCE = started();
    }

    /** The one server of this JVM. */
    static PostgresServer get() {
        return Holder.INSTANCE;
    }

    /** Opens a connection that the server knows by the given name, as {@code application_name}. */
    Connection connect(String name) throws SQLException {
        // no loginTimeout: with one, the driver connects on a thread that no interrupt reaches, and that goes on
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port
                + "/postgres?user=espalier&sslmode=disable&ApplicationName=" + name);
    }

    private static PostgresServer started() {
        try {
            Path base = Files.createTempDirectory("espalier-postgres");
            try {
                Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
                return start(base);
            } catch (IOException e) {
                run(List.of("rm", "-rf", base.toString()));
                throw e;
            }
        } catch (IOException e) {
            throw new AssertionError(
                    "the tests of espalier-integration need a PostgreSQL server, and could not start one: "
                            + e.getMessage(),
                    e);
        }
    }

    private static PostgresServer start(Path base) throws IOException {
        Path bin = PostgresBinaries.find(base.resolve("server"));
        int port = freePort();
        var command = new ArrayList<String>();
        if (Files.getAttribute(base, "unix:uid").equals(0)) {
            run(List.of("chown", "-R", "nobody", base.toString()));
            command.addAll(List.of("runuser", "-u", "nobody", "--"));
        }
        command.addAll(List.of(
                "sh",
                "-c",
                SCRIPT,
                "sh",
                base.toString(),
                bin.resolve("initdb").toString(),
                bin.resolve("postgres").toString(),
                Integer.toString(port)));
        Process shell = new ProcessBuilder(command)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .start(); // its input is the pipe that ends with this JVM
        var server = new PostgresServer(port);
        String log = awaitStarted(shell);
        for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); ; ) {
            try (Connection _ = server.connect("start")) {
                return server;
            } catch (SQLException e) {
                if (!shell.isAlive() || System.nanoTime() > end) {
                    throw new IOException("it does not answer: " + e.getMessage() + "\n" + log, e);
                }
                Thread.onSpinWait();
            }
        }
    }

    private static String awaitStarted(Process shell) throws IOException {
        var output = new CompletableFuture<String>();
        Thread.ofPlatform().daemon().name("postgres output").start(() -> {
            var lines = new StringBuilder();
            try (var reader = shell.inputReader(StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.append(line).append('\n');
                    if (line.equals("started")) {
                        output.complete(lines.toString());
                    }
                }
                output.completeExceptionally(new IOException("it ended:\n" + lines));
            } catch (IOException e) {
                output.completeExceptionally(e);
            }
        });
        try {
            return output.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("initdb took longer than a minute", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it started", e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + " failed with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it started", e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
