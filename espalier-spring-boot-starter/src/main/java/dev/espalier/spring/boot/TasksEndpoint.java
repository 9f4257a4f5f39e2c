// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.inspect.DumpOptions;
import dev.espalier.inspect.TaskTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * The actuator's endpoint {@code tasks}: the tree of tasks, as {@link TaskTree} has it, in JSON or as text.
 *
 * <p>Like any endpoint but {@code health} it is exposed over HTTP only if {@code management.endpoints.web.exposure.include} names it. Names of tasks and messages of exceptions are in it as they
 * are: protect it as you protect {@code threaddump}.
 *
 * <p><b>Threads.</b> Any. It answers also while everything else hangs, as long as the server has a thread. <b>Memory.</b> The answer is made in memory: some hundred bytes for each task in JSON, much
 * less as text, where tasks that look the same share a line.
 *
 * @since 0.1
 */
@WebEndpoint(id = "tasks")
public final class TasksEndpoint {
    /** Has tasks keep when they were forked, from now on. */
    public TasksEndpoint() {
        String _ = TaskTree.dump(o -> o.depth(1).frames(0));
    }

    /**
     * The tree.
     *
     * @param format by the header {@code Accept}
     * @param depth how far down to go, at least 1; everything unless it is given
     * @param frames how many frames of each thread's own code, 0 or more; 1 unless it is given
     * @param each whether the text has a line for each task, instead of one for all siblings that look the same; false unless it is given
     * @return UTF-8
     */
    @ReadOperation(producesFrom = TasksFormat.class)
    public WebEndpointResponse<byte[]> tasks(
            TasksFormat format, @Nullable Integer depth, @Nullable Integer frames, @Nullable Boolean each) {
        DumpOptions options;
        try {
            options = options(depth, frames, each);
        } catch (IllegalArgumentException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()));
        }
        return new WebEndpointResponse<>(bytes(format, options), format);
    }

    private static DumpOptions options(@Nullable Integer depth, @Nullable Integer frames, @Nullable Boolean each) {
        DumpOptions options = DumpOptions.DEFAULT;
        if (depth != null) {
            options = options.depth(depth);
        }
        if (frames != null) {
            options = options.frames(frames);
        }
        return each == null ? options : options.each(each);
    }

    private static byte[] bytes(TasksFormat format, DumpOptions options) {
        if (format == TasksFormat.TEXT) {
            return TaskTree.dump(_ -> options).getBytes(StandardCharsets.UTF_8);
        }
        var out = new ByteArrayOutputStream();
        try {
            TaskTree.dumpJson(out, _ -> options);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }
}
