// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.inspect.DumpOptions;
import dev.espalier.internal.Ages;
import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** The tree as text: one line a task, or one for many that look the same. */
public final class TextDump implements Census.Visitor {
    /*
     * With a line for each, a line is written when its task is met. Else what is below a thread, task or group is put together while the walk is below it: of
     * siblings with the same look three are kept, or one if something is below it, and the others counted. A look is what a line says without ages, and with # for
     * digits in names, and the looks below it, without their numbers. So what is kept is as large as what is written, and the way down.
     *
     * A walk meets the newest task first. Hung tasks are the old ones, so of a look the last three that were met are kept, and looks are written in
     * the opposite order of their last meeting.
     */
    private static final int KEPT = 3;
    /** Of siblings; what comes after is counted only. */
    private static final int LOOKS = 1_000;

    private final Appendable out;
    private final DumpOptions options;
    private final Totals totals = new Totals();
    private final Deque<Level> way = new ArrayDeque<>();
    private int depth;
    private @Nullable IOException failure;

    private TextDump(Appendable out, DumpOptions options) {
        this.out = out;
        this.options = options;
    }

    /**
     * Writes it.
     *
     * @param out where to
     * @param options what to show
     * @throws IOException if out does
     */
    public static void write(Appendable out, DumpOptions options) throws IOException {
        Ages.keep();
        new TextDump(out, options).write();
    }

    private void write() throws IOException {
        out.append("Tasks of process ")
                .append(Long.toString(ProcessHandle.current().pid()))
                .append(" at ")
                .append(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .append('\n');
        for (var circle : Circles.find()) {
            out.append('\n').append(Circles.title(circle)).append('\n');
            for (String line : Circles.lines(circle, options.frames())) {
                out.append("  ").append(line).append('\n');
            }
        }
        out.append('\n');
        var top = new Level(null);
        way.push(top);
        var only = options.only();
        if (only == null) {
            Census.walk(this);
        } else {
            Census.walk(only, this);
        }
        if (failure != null) {
            throw failure;
        }
        for (String line : top.below()) {
            out.append(line).append('\n');
        }
        out.append(totals.tasks + totals.groups + totals.threads == 0 ? "" : "\n")
                .append(totals.text())
                .append('\n');
    }

    @Override
    public boolean enter(Occupant occupant) {
        totals.add(occupant);
        return enter(
                Lines.of(occupant, options.frames(), way.element().lines), occupant.task() != null, /* deeper= */ true);
    }

    @Override
    public boolean enter(Opened opened) {
        totals.groups++;
        return enter(
                Lines.of(opened, way.element().lines),
                /* task= */ false,
                /* deeper= */ depth / 2 + 1 < options.depth());
    }

    private boolean enter(Lines lines, boolean task, boolean deeper) {
        if (failure != null) {
            return false;
        }
        var level = new Level(lines);
        if (task) {
            way.forEach(around -> around.tasks++);
        }
        if (options.each()) {
            print(level.lines(depth));
        }
        if (!deeper) {
            add(level);
            return false;
        }
        depth++;
        way.push(level);
        return true;
    }

    @Override
    public void leave(Occupant occupant) {
        leave();
    }

    @Override
    public void leave(Opened opened) {
        leave();
    }

    private void leave() {
        depth--;
        add(way.pop());
    }

    private void add(Level level) {
        if (!options.each()) {
            way.element().add(level);
        }
    }

    private void print(List<String> lines) {
        try {
            for (String line : lines) {
                out.append(line).append('\n');
            }
        } catch (IOException e) {
            failure = e; // thrown when the walk is back, which goes nowhere from now on
        }
    }

    /** A thread, task or group, with what is below it. */
    private static final class Level {
        private final @Nullable Lines lines;
        private final SequencedMap<String, Alike> looks = new LinkedHashMap<>();
        private long others;
        /** Below it. */
        private long tasks;

        Level(@Nullable Lines lines) {
            this.lines = lines;
        }

        void add(Level child) {
            String look = child.look();
            Alike alike = looks.remove(look);
            if (alike == null) {
                if (looks.size() == LOOKS) {
                    others++;
                    return;
                }
                alike = new Alike();
            }
            alike.add(child);
            looks.put(look, alike);
        }

        private String look() {
            var look = new StringBuilder(lines == null ? "" : lines.look()).append('(');
            looks.keySet().stream().sorted().forEach(below -> look.append(below).append(';'));
            return look.append(')').toString();
        }

        private List<String> lines(int depth) {
            var text = new ArrayList<String>();
            if (lines != null) {
                text.add("  ".repeat(depth) + lines.text());
                lines.more().forEach(more -> text.add("  ".repeat(depth + 2) + more));
            }
            return text;
        }

        List<String> below() {
            var text = new ArrayList<String>();
            for (Map.Entry<String, Alike> entry : looks.reversed().entrySet()) {
                text.addAll(entry.getValue().text());
            }
            if (others > 0) {
                text.add(Words.number(others) + " more, each of which looks different again");
            }
            return text;
        }

        List<String> text() {
            List<String> text = lines(0);
            below().forEach(line -> text.add("  " + line));
            return text;
        }
    }

    /** Siblings that look the same. */
    private static final class Alike {
        private final Deque<List<String>> kept = new ArrayDeque<>();
        private long count;
        private long below;
        private @Nullable Lines oldest;

        void add(Level level) {
            count++;
            below += level.tasks;
            kept.push(level.text());
            if (kept.size() > (level.tasks == 0 ? KEPT : 1)) {
                kept.removeLast();
            }
            oldest = level.lines;
        }

        List<String> text() {
            var text = new ArrayList<String>();
            kept.forEach(text::addAll);
            long more = count - kept.size();
            if (more > 0 && oldest != null) {
                text.add(more(more, oldest));
            }
            return text;
        }

        private String more(long more, Lines like) {
            Doing doing = like.doing();
            if (below > 0 || doing == null) {
                return Words.count(more, doing == null ? "more group" : "more task") + " like that, with "
                        + Words.count(Math.round((double) below / count * more), "task") + " below";
            }
            return Words.number(more)
                    + (more == 1
                            ? " more task that " + doing.inFull()
                            : " more tasks that " + Words.plural(doing.inFull()));
        }
    }
}
