// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import static dev.espalier.inspect.internal.Story.GROUP;
import static dev.espalier.inspect.internal.Story.NONE;
import static dev.espalier.inspect.internal.Story.TASK;
import static dev.espalier.inspect.internal.Story.THREAD;
import static dev.espalier.inspect.internal.Story.UNKNOWN;

import dev.espalier.inspect.internal.Living.LivingGroup;
import dev.espalier.inspect.internal.Living.LivingTask;
import dev.espalier.inspect.internal.Recording.By;
import dev.espalier.inspect.internal.Recording.Failure;
import dev.espalier.inspect.internal.Recording.Why;
import dev.espalier.inspect.internal.Register.Sheet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the registers, while they may be written, and puts together what belongs together. */
final class StoryBuilder {
    /*
     * Tasks first, since they say which groups and threads there are; then groups; then what happened. Whatever is referred to and was forgotten, or is written only now, gets a row with what
     * is known of it: a number. So what is read at slightly different moments does not fit together perfectly, and never contradicts itself: times that belong together are put in order.
     *
     * Used by one thread, once.
     */
    private final Recording recording;
    private final Story story;
    private final LongIndex tasks = new LongIndex();
    private final LongIndex groups = new LongIndex();
    /** To nodes: those that are tasks, and the others as they are met. */
    private final LongIndex threads = new LongIndex();

    private final Map<Long, String> threadNames = new HashMap<>();
    private final Longs taskGroupNumbers = new Longs();
    private final Longs taskForkers = new Longs();
    private final List<@Nullable By> endings = new ArrayList<>();
    private final Longs groupOwners = new Longs();

    private StoryBuilder(Recording recording, Story story) {
        this.recording = recording;
        this.story = story;
    }

    /**
     * Reads.
     *
     * @param living what is not in the registers
     * @param to the moment of the snapshot
     */
    static Story build(Recording recording, Living living, long to) {
        Duration last = recording.options().last();
        long from = last == null ? 0 : Math.max(0, to - Math.min(to, saturated(last)));
        var builder = new StoryBuilder(recording, new Story(recording, from, to));
        builder.tasks();
        builder.living(living);
        builder.groups();
        builder.connect();
        builder.events(living);
        return builder.story;
    }

    private static long saturated(Duration time) {
        return time.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : time.toNanos();
    }

    // ---- tasks

    private void tasks() {
        for (Sheet sheet : recording.tasks.sheets()) {
            for (long id = sheet.first(); id < sheet.first() + Register.SIZE; id++) {
                long end = sheet.key(id, Recording.ENDED); // the last first: having seen it one sees the others
                long start = sheet.key(id, Recording.STARTED);
                long fork = sheet.key(id, Recording.FORKED);
                if (end == 0 ? (start | fork) != 0 : end >>> 2 >= story.from) {
                    task(sheet, id, fork, start, end);
                }
            }
        }
    }

    private void task(Sheet sheet, long id, long fork, long start, long end) {
        long forked = fork == 0 ? UNKNOWN : fork;
        long started = start == 0 ? UNKNOWN : Math.max(start, forked);
        add(
                id,
                (String) sheet.ref(id, Recording.NAME),
                sheet.get(id, Recording.GROUP),
                start == 0 && end == 0 ? 0 : sheet.get(id, Recording.THREAD));
        story.forked.add(forked);
        story.started.add(started);
        story.ended.add(end == 0 ? UNKNOWN : Math.max(end >>> 2, Math.max(started, forked)));
        story.outcomes.add(end & 3);
        Object ending = end == 0 ? null : sheet.ref(id, Recording.ENDING);
        story.failures.add(ending instanceof Failure failure ? failure : null);
        endings.add(ending instanceof By by ? by : null);
        taskForkers.add(fork == 0 ? 0 : sheet.get(id, Recording.FORKER));
    }

    private void add(long id, @Nullable String name, long group, long thread) {
        int place = story.tasks.size();
        story.tasks.add(id);
        story.taskNames.add(name);
        tasks.put(id, place);
        taskGroupNumbers.add(group);
        if (thread != 0) {
            threads.put(thread, Story.node(TASK, place));
        }
    }

    private void living(Living living) {
        for (LivingTask task : living.tasks) {
            if (tasks.get(task.id()) < 0) {
                add(task.id(), task.name(), task.group(), task.thread());
                story.forked.add(UNKNOWN);
                story.started.add(UNKNOWN);
                story.ended.add(UNKNOWN);
                story.outcomes.add(0);
                story.failures.add(null);
                endings.add(null);
                taskForkers.add(0);
            }
        }
        for (LivingGroup group : living.groups) {
            group(group.number(), group.name(), UNKNOWN, UNKNOWN, group.owner(), group.ownerName());
        }
    }

    // ---- groups

    private void groups() {
        var wanted = new LongIndex();
        for (int i = 0; i < taskGroupNumbers.size(); i++) {
            wanted.put(taskGroupNumbers.get(i), i);
        }
        for (Sheet sheet : recording.groups.sheets()) {
            for (long number = sheet.first(); number < sheet.first() + Register.SIZE; number++) {
                long close = sheet.key(number, Recording.CLOSED);
                long open = sheet.key(number, Recording.OPENED);
                boolean there = (close | open) != 0;
                if (there && (close == 0 || close >= story.from || wanted.get(number) >= 0)) {
                    group(
                            number,
                            (String) sheet.ref(number, Recording.NAME),
                            open == 0 ? UNKNOWN : open,
                            close == 0 ? UNKNOWN : Math.max(open, close),
                            sheet.get(number, Recording.OWNER),
                            (String) sheet.ref(number, Recording.OWNER_NAME));
                }
            }
        }
        for (int i = 0; i < taskGroupNumbers.size(); i++) {
            if (groups.get(taskGroupNumbers.get(i)) < 0) {
                group(taskGroupNumbers.get(i), null, UNKNOWN, UNKNOWN, 0, null);
            }
        }
    }

    private void group(
            long number, @Nullable String name, long open, long close, long owner, @Nullable String ownerName) {
        if (groups.get(number) >= 0) {
            return;
        }
        groups.put(number, story.groups.size());
        story.groups.add(number);
        story.groupNames.add(name);
        story.opened.add(open);
        story.closed.add(close);
        groupOwners.add(owner);
        if (ownerName != null && !ownerName.isEmpty()) {
            threadNames.put(owner, ownerName);
        }
    }

    /** Now that all rows are there. */
    private void connect() {
        for (int i = 0; i < groupOwners.size(); i++) {
            story.owners.add(who(groupOwners.get(i)));
        }
        for (int i = 0; i < taskForkers.size(); i++) {
            story.taskGroups.add(groups.get(taskGroupNumbers.get(i)));
            story.forkers.add(taskForkers.get(i) == 0 ? NONE : who(taskForkers.get(i)));
        }
    }

    /** The task whose thread it is, or the thread. */
    private int who(long thread) {
        long key = thread == 0 ? Long.MAX_VALUE : thread; // whose number is not known
        int known = threads.get(key);
        if (known >= 0) {
            return known;
        }
        int node = Story.node(THREAD, story.threads.size());
        story.threads.add(thread);
        story.threadNames.add(threadNames.getOrDefault(thread, thread == 0 ? "unknown" : "thread " + thread));
        threads.put(key, node);
        return node;
    }

    // ---- what happened

    /** A wait as it is read. */
    private final class Waits {
        private final Longs thread = new Longs();
        private final Longs from = new Longs();
        private final Longs to = new Longs();
        private final Longs what = new Longs();
        private final Longs outer = new Longs();
        private final List<@Nullable Object> texts = new ArrayList<>();
        private final LongIndex innermost = new LongIndex();

        void begin(long by, long time, long kindAndNumber, @Nullable Object text) {
            outer.add(innermost.get(by));
            innermost.put(by, thread.size());
            thread.add(by);
            from.add(time);
            to.add(UNKNOWN);
            what.add(kindAndNumber);
            texts.add(text);
        }

        void end(long by, long time) {
            int wait = innermost.get(by);
            if (wait >= 0) { // else it began before what is recorded
                to.set(wait, Math.max(time, from.get(wait)));
                innermost.put(by, (int) outer.get(wait));
            }
        }

        void tell() {
            for (int i = 0; i < thread.size(); i++) {
                if (to.get(i) == UNKNOWN || to.get(i) >= story.from) {
                    tell(who(thread.get(i)), from.get(i), to.get(i), what.get(i), texts.get(i));
                }
            }
        }

        private void tell(int node, long begin, long end, long kindAndNumber, @Nullable Object text) {
            long number = kindAndNumber & ((1L << Recording.KIND_SHIFT) - 1);
            String words = text == null
                    ? null
                    : text instanceof Duration time ? "sleep of " + Words.time(time) : text.toString();
            int on = NONE;
            switch ((int) (kindAndNumber >>> Recording.KIND_SHIFT)) {
                case Recording.WAIT_FOR_TASK -> {
                    on = Story.node(TASK, tasks.get(number));
                    words = on == NONE ? "task-" + number : null;
                }
                case Recording.WAIT_FOR_GROUP -> {
                    on = Story.node(GROUP, groups.get(number));
                    words = on == NONE ? "group-" + number : null;
                }
                default -> {}
            }
            story.waiting.add(node);
            story.waitFrom.add(begin);
            story.waitTo.add(until(node, end));
            story.waitedFor.add(on);
            story.waitTexts.add(words == null && on == NONE ? "something" : words);
        }

        /** A wait that is still open in the register ends with its task, whose end may have been read later. */
        private long until(int node, long end) {
            return end == UNKNOWN && Story.kind(node) == TASK ? story.ended.get(Story.place(node)) : end;
        }

        void tellOfLiving(LivingTask task) {
            int place = tasks.get(task.id());
            if (task.waits() != null && place >= 0 && innermost.get(Math.max(1, task.thread())) < 0) {
                story.waiting.add(Story.node(TASK, place));
                story.waitFrom.add(UNKNOWN);
                story.waitTo.add(story.ended.get(place));
                story.waitedFor.add(NONE);
                story.waitTexts.add(task.waits());
            }
        }
    }

    private void events(Living living) {
        var waits = new Waits();
        var lastCancel = new LongIndex(); // of a target; each knows the one before
        var before = new Longs();
        for (Sheet sheet : recording.events.sheets()) {
            for (long event = sheet.first(); event < sheet.first() + Register.SIZE; event++) {
                long time = sheet.key(event, Recording.TIME);
                if (time == 0) {
                    continue;
                }
                long by = sheet.get(event, Recording.BY);
                long what = sheet.get(event, Recording.WHAT);
                int kind = (int) (what >>> Recording.KIND_SHIFT);
                Object text = sheet.ref(event, Recording.TEXT);
                if (kind == Recording.WAIT_OVER) {
                    waits.end(by, time);
                } else if (kind < Recording.WAIT_OVER) {
                    waits.begin(by, time, what, text);
                } else if (text instanceof Why why) {
                    before.add(lastCancel.get(what));
                    lastCancel.put(what, story.cancelled.size());
                    cancel(kind, what & ((1L << Recording.KIND_SHIFT) - 1), by, time, why);
                }
            }
        }
        waits.tell();
        living.tasks.forEach(waits::tellOfLiving);
        for (int i = 0; i < endings.size(); i++) {
            story.cancelledBy.add(cancelOf(endings.get(i), story.ended.get(i), lastCancel, before));
        }
    }

    private void cancel(int kind, long number, long by, long time, Why why) {
        int target = switch (kind) {
            case Recording.CANCEL_TASK -> Story.node(TASK, tasks.get(number));
            case Recording.CANCEL_GROUP -> Story.node(GROUP, groups.get(number));
            default -> number == 0 ? NONE : who(number);
        };
        story.cancelled.add(time);
        story.cancelledFrom.add(who(by));
        story.targets.add(target);
        story.ofScope.add(kind == Recording.CANCEL_SCOPE ? 1 : 0);
        story.reasons.add(why);
        story.about.add(why.task() == 0 ? NONE : Story.node(TASK, tasks.get(why.task())));
    }

    private long cancelOf(@Nullable By by, long ended, LongIndex last, Longs before) {
        if (by == null) {
            return NONE;
        }
        int cancel = last.get((long) by.kind() << Recording.KIND_SHIFT | by.number());
        while (cancel >= 0 && story.cancelled.get(cancel) > ended) {
            cancel = (int) before.get(cancel);
        }
        return cancel;
    }
}
