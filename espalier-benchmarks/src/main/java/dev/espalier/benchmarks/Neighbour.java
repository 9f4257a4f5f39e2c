// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Other work on the machine: a process that computes without a pause, as anything would that shares the machine with a program. It says how far it is,
 * so that what a contender takes from it can be seen: a wait that spins is paid by others.
 *
 * <p>A process of its own, since threads in this JVM would stop for its garbage collections. The two share a file of eight bytes in memory; the
 * process writes how many units of work it has done (release), and this side reads it (acquire): it is one number, and nothing else depends on
 * it. The process ends when it is told to, or when its parent is gone.
 */
public final class Neighbour {
    private static final int ROUNDS_OF_A_UNIT = 10_000;
    private static final VarHandle UNITS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /**
     * How far it was, and when.
     *
     * @param units since its start
     * @param nanos of {@link System#nanoTime}
     */
    record Progress(long units, long nanos) {}

    private final Process process;
    private final Path file;
    private final ByteBuffer shared;

    private Neighbour(Process process, Path file, ByteBuffer shared) {
        this.process = process;
        this.file = file;
        this.shared = shared;
    }

    /** Starts one, and returns when it works at full speed. */
    static Neighbour start() throws IOException, InterruptedException {
        Path file = Files.createTempFile("espalier-neighbour", ".units");
        ByteBuffer shared = map(file);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-preview",
                        "-XX:+UseSerialGC",
                        "-Xmx16m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Neighbour.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var neighbour = new Neighbour(process, file, shared);
        boolean ready = false;
        try {
            // Its loop is compiled by then: a unit takes some 20 microseconds.
            while (neighbour.progress().units() < 5_000) {
                if (!process.isAlive()) {
                    throw new IOException("the neighbour ended with status " + process.exitValue() + ": "
                            + Neighbour.class + " must be on the class path " + System.getProperty("java.class.path"));
                }
                Thread.sleep(1);
            }
            ready = true;
            return neighbour;
        } finally {
            if (!ready) {
                process.destroy();
                Files.delete(file);
            }
        }
    }

    private static ByteBuffer map(Path file) throws IOException {
        try (var access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(Long.BYTES);
            return access.getChannel()
                    .map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES)
                    .order(ByteOrder.nativeOrder());
        }
    }

    Progress progress() {
        return new Progress((long) UNITS.getAcquire(shared, 0), System.nanoTime());
    }

    double unitsPerSecondSince(Progress before) {
        Progress now = progress();
        return (now.units() - before.units()) * 1e9 / (now.nanos() - before.nanos());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void close() throws IOException, InterruptedException {
        process.destroy();
        process.waitFor();
        Files.delete(file);
    }

    /**
     * The neighbour itself.
     *
     * @param args the file
     * @throws IOException if it cannot be mapped
     */
    public static void main(String[] args) throws IOException {
        ByteBuffer shared = map(Path.of(args[0]));
        ProcessHandle parent = ProcessHandle.current()
                .parent()
                .orElseThrow(
                        () -> new IllegalStateException("a neighbour is started by a benchmark, with Neighbour.start"));
        long x = 88172645463325252L;
        for (long units = 1; units % 10_000 != 0 || parent.isAlive(); units++) {
            for (int i = 0; i < ROUNDS_OF_A_UNIT; i++) {
                x ^= x << 13;
                x ^= x >>> 7;
                x ^= x << 17;
            }
            if (x == 0) {
                throw new IllegalStateException("a xorshift never gets to zero");
            }
            UNITS.setRelease(shared, 0, units);
        }
    }
}
