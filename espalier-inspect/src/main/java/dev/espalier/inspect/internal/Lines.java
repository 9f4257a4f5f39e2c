// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.Deadline;
import dev.espalier.GroupStats;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the text says of a thread, task or group.
 *
 * @param name who it is
 * @param rest how it is
 * @param look the same for those that look the same
 * @param more further lines: frames
 * @param doing of a thread or task
 * @param deadline of the code that it is in
 */
record Lines(
        String name,
        String rest,
        String look,
        List<String> more,
        @Nullable Doing doing,
        Deadline deadline) {
    static Lines of(Occupant occupant, int frames, @Nullable Lines around) {
        Doing doing = Doing.of(occupant, frames);
        Deadline deadline =
                occupant.task() == null ? Deadline.NONE : occupant.deadline(); // a thread's is that of its group
        var rest = new StringBuilder();
        occupant.age().ifPresent(age -> rest.append(", ").append(Words.time(age)));
        rest.append(": ").append(doing.inFull());
        CancelReason why = occupant.cancelled();
        end(rest, deadline, around, why);
        if (occupant.isDaemon()) {
            rest.append("; daemon");
        }
        if (occupant.isStuck()) {
            rest.append("; ignores its cancellation");
        }
        String name = Words.line(occupant.toString());
        String look = Words.shape(name)
                + doing.look()
                + occupant.isStuck()
                + occupant.isDaemon()
                + (why == null ? "" : Words.shape(Words.reason(why)));
        List<String> more = doing.frames().stream().skip(1).map(f -> "at " + f).toList();
        return new Lines(name, rest.toString(), look, more, doing, deadline);
    }

    static Lines of(Opened opened, @Nullable Lines around) {
        Deadline deadline = opened.deadline();
        GroupStats counts = opened.counts();
        var rest = new StringBuilder(", ")
                .append(Words.time(opened.age()))
                .append(": ")
                .append(Words.count(counts.active(), "task"));
        long ended = counts.forked() - counts.active();
        if (ended > 0) {
            rest.append(", ").append(Words.number(ended)).append(" ended");
            String how = (counts.failed() == 0 ? "" : Words.number(counts.failed()) + " failed")
                    + (counts.failed() == 0 || counts.cancelled() == 0 ? "" : ", ")
                    + (counts.cancelled() == 0 ? "" : Words.number(counts.cancelled()) + " cancelled");
            rest.append(how.isEmpty() ? "" : " (" + how + ")");
        }
        if (counts.waiting() > 0) {
            rest.append(", ").append(Words.count(counts.waiting(), "fork")).append(" waiting for a place");
        }
        CancelReason why = opened.cancelled();
        end(rest, deadline, around, why);
        String name = Words.line(opened.toString()) + (opened.isOfStream() ? " of a stream" : "");
        return new Lines(name, rest.toString(), Words.shape(name) + (why != null), List.of(), null, deadline);
    }

    /** A deadline is told where it is set, and not again below. */
    private static void end(StringBuilder rest, Deadline deadline, @Nullable Lines around, @Nullable CancelReason why) {
        if (why != null) {
            rest.append("; cancelled: ").append(Words.reason(why));
        } else if (deadline.remainingNanos() != Long.MAX_VALUE
                && (around == null || !deadline.equals(around.deadline))) {
            rest.append("; deadline in ").append(Words.time(deadline.remaining()));
        }
    }

    String text() {
        return name + rest;
    }
}
