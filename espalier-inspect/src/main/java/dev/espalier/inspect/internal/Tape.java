// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Registration;
import dev.espalier.inspect.RecorderOptions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A recording, and its files. */
public final class Tape implements AutoCloseable {
    /*
     * What lives and is too old for the registers is looked for when something is written, or, if that comes after the end, at the end. `end` and `atEnd` are guarded by the monitor, under which
     * the tree is walked over, and nothing else happens.
     */
    private final Recording recording;
    private final Registration installed;
    private @Nullable Living atEnd;
    private long end;

    private Tape(Recording recording) {
        this.recording = recording;
        this.installed = recording.install();
    }

    /**
     * Starts one.
     *
     * @param options what it keeps
     * @return records until it is closed
     */
    public static Tape start(RecorderOptions options) {
        return new Tape(Recording.begin(options));
    }

    /** Records no more. */
    @Override
    public void close() {
        installed.close();
        recording.clock.close();
        synchronized (this) {
            if (atEnd == null) {
                end = recording.clock.exact();
                atEnd = Living.now(recording);
            }
        }
    }

    /** What there is now, or was at the end. */
    Story story() {
        Living living;
        long now;
        synchronized (this) {
            living = atEnd != null ? atEnd : Living.now(recording);
            now = atEnd != null ? end : recording.clock.exact();
        }
        return StoryBuilder.build(recording, living, now);
    }

    Recording recording() {
        return recording;
    }

    /**
     * Writes a page.
     *
     * @param file is replaced
     * @throws IOException if it cannot be written
     */
    public void writeHtml(Path file) throws IOException {
        write(file, out -> RecordingPage.write(story(), out));
    }

    /**
     * Writes a trace for Chrome or Perfetto.
     *
     * @param file is replaced
     * @throws IOException if it cannot be written
     */
    public void writeChromeTrace(Path file) throws IOException {
        write(file, out -> ChromeTrace.write(story(), out));
    }

    @FunctionalInterface
    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    /** Beside it first, so that there is never half a file by that name; and new, so that no link is followed. */
    private static void write(Path file, Content content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(
                    Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 1 << 16)) {
                content.write(out);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public String toString() {
        return recording.options().toString();
    }
}
