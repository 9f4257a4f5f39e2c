// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Registration;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.inspect.RecorderOptions;
import dev.espalier.inspect.internal.Register.Sheet;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Facts;
import dev.espalier.spi.TaskObserver;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Writes down what happens. */
public class Recording implements TaskObserver {
    /*
     * Three registers: of tasks and of groups, by their numbers, with an entry for all of a life; and of what else happens, by a number of its own: waits, which park, and cancellations, so
     * that the atomic counter does not matter. Each column is written once; each by the thread of which it tells, ordered as the essay of Register wants it:
     *
     *   task     FORKED by the forking thread, with group, forker, name; or, if that was before the recording or is refused, by who comes first
     *            STARTED by its thread, with that thread's number; ENDED by its thread, with the outcome
     *   group    OPENED and CLOSED by the owner's thread
     *   event    TIME last, with all else
     *
     * Nothing that is kept refers to a task, a group, a scope or an exception: only strings and numbers; so the memory is flat however large what users return is. Messages are cut
     * at 1,000 characters. Who did something is told by the number of his thread, which is never used again; whose thread that is, who reads finds out.
     *
     * What the observed code does is not disturbed: nothing here waits, and what goes wrong (no memory for a sheet, an exception whose message throws) leaves out one entry and is
     * counted.
     */
    static final int FORKED = 0;
    static final int STARTED = 1;
    /** The time, shifted by two bits, and the outcome. */
    static final int ENDED = 2;

    static final int GROUP = 3;
    static final int FORKER = 4;
    static final int THREAD = 5;
    static final int NAME = 0;
    static final int ENDING = 1;

    static final int SUCCEEDED = 1;
    static final int FAILED = 2;
    static final int CANCELLED = 3;

    static final int OPENED = 0;
    static final int CLOSED = 1;
    static final int OWNER = 2;
    static final int OWNER_NAME = 1;

    static final int TIME = 0;
    static final int BY = 1;
    /** A kind, and in the lower 56 bits a number. */
    static final int WHAT = 2;

    static final int TEXT = 0;

    static final int WAIT_FOR_TASK = 1;
    static final int WAIT_FOR_GROUP = 2;
    static final int WAIT_FOR_OTHER = 3;
    static final int WAIT_OVER = 4;
    static final int CANCEL_TASK = 5;
    static final int CANCEL_GROUP = 6;
    /** Of a scope that is entered on the thread of that number, or on none. */
    static final int CANCEL_SCOPE = 7;

    static final int KIND_SHIFT = 56;
    private static final int LONGEST = 1_000;

    /** How a task failed. */
    record Failure(String type, @Nullable String message) {}

    /** What made a task end cancelled: the kind of {@link #CANCEL_TASK}, {@link #CANCEL_GROUP} or {@link #CANCEL_SCOPE}, and the number. */
    record By(int kind, long number) {}

    /** Why a scope was cancelled. */
    record Why(
            CancelReason.Kind kind,
            String message,
            @Nullable String exception,
            long task) {}

    final RecorderClock clock = new RecorderClock();
    final Register tasks;
    final Register groups;
    final Register events;
    private final AtomicLong happened = new AtomicLong();
    private final LongAdder missed = new LongAdder();
    private final RecorderOptions options;

    Recording(RecorderOptions options) {
        this.options = options;
        tasks = new Register(/* keys= */ 3, /* width= */ 6, /* refs= */ 2, options.limit());
        groups = new Register(/* keys= */ 2, /* width= */ 3, /* refs= */ 2, options.limit());
        events = new Register(/* keys= */ 1, /* width= */ 3, /* refs= */ 1, options.limit());
    }

    /**
     * Begins one; it is told of everything until it is closed.
     *
     * @param options of what, and how much
     * @return with its registration
     */
    public static Recording begin(RecorderOptions options) {
        return options.waits() ? new WithWaits(options) : new Recording(options);
    }

    /** Separate, so that who does not want waits does not pay for them: an observer is told of what its class overrides. */
    private static final class WithWaits extends Recording {
        WithWaits(RecorderOptions options) {
            super(options);
        }

        @Override
        public void waitBegan(@Nullable Task<?> task, Object what) {
            switch (what) {
                case Task<?> awaited -> happens(WAIT_FOR_TASK, awaited.id(), null);
                case TaskGroup joined -> happens(WAIT_FOR_GROUP, Facts.number(joined), null);
                case Duration pause -> happens(WAIT_FOR_OTHER, 0, pause);
                default -> happens(WAIT_FOR_OTHER, 0, cut(what.toString()));
            }
        }

        @Override
        public void waitEnded(@Nullable Task<?> task) {
            happens(WAIT_OVER, 0, null);
        }
    }

    RecorderOptions options() {
        return options;
    }

    /** How many entries could not be written. */
    long missed() {
        return missed.sum();
    }

    @Override
    public void groupOpened(TaskGroup group) {
        long number = Facts.number(group);
        Sheet sheet = sheet(groups, number);
        if (sheet != null) {
            open(sheet, number, group);
            sheet.publish(number, OPENED, clock.now());
        }
    }

    private static void open(Sheet sheet, long number, TaskGroup group) {
        Thread owner = Thread.currentThread();
        sheet.set(number, OWNER, owner.threadId());
        String name = Facts.givenName(group);
        if (name != null) {
            sheet.setRef(number, NAME, name);
        }
        String ownerName = owner.getName();
        if (!ownerName.isEmpty()) {
            sheet.setRef(number, OWNER_NAME, ownerName);
        }
    }

    @Override
    public void groupClosed(TaskGroup group) {
        long number = Facts.number(group);
        Sheet sheet = sheet(groups, number);
        if (sheet != null) {
            if (sheet.key(number, OPENED) == 0) {
                open(sheet, number, group);
            }
            sheet.publish(number, CLOSED, clock.now());
        }
    }

    @Override
    public void taskForked(TaskGroup group, Task<?> task) {
        long id = task.id();
        Sheet sheet = sheet(tasks, id);
        if (sheet != null) {
            fork(sheet, id, group, task);
            sheet.set(id, FORKER, Thread.currentThread().threadId());
            long now = clock.now();
            if (Facts.isRefused(task)) {
                end(sheet, id, task, now, CANCELLED);
            }
            sheet.publish(id, FORKED, now);
        }
    }

    private static void fork(Sheet sheet, long id, TaskGroup group, Task<?> task) {
        sheet.set(id, GROUP, Facts.number(group));
        String name = Facts.givenName(task);
        if (name != null) {
            sheet.setRef(id, NAME, name);
        }
    }

    @Override
    public void taskStarted(TaskGroup group, Task<?> task) {
        long id = task.id();
        Sheet sheet = sheet(tasks, id);
        if (sheet != null) {
            if (sheet.key(id, FORKED) == 0) {
                fork(sheet, id, group, task);
            }
            sheet.set(id, THREAD, Thread.currentThread().threadId());
            sheet.publish(id, STARTED, clock.now());
        }
    }

    @Override
    public void taskEnded(TaskGroup group, Task<?> task) {
        long id = task.id();
        Sheet sheet = sheet(tasks, id);
        if (sheet == null) {
            return;
        }
        if (sheet.key(id, STARTED) == 0) {
            if (sheet.key(id, FORKED) == 0) {
                fork(sheet, id, group, task);
            }
            if (Facts.isHere(task)) { // else it never ran: its thread could not be started
                sheet.set(id, THREAD, Thread.currentThread().threadId());
            }
        }
        long now = clock.now();
        switch (task.status()) {
            case SUCCEEDED -> sheet.publish(id, ENDED, now << 2 | SUCCEEDED);
            case FAILED -> end(sheet, id, task, now, FAILED);
            default -> end(sheet, id, task, now, CANCELLED);
        }
    }

    private void end(Sheet sheet, long id, Task<?> task, long now, int outcome) {
        Throwable failure = Occupant.of(task).failure();
        if (failure != null) {
            sheet.setRef(id, ENDING, new Failure(failure.getClass().getName(), message(failure)));
        } else {
            CancelScope by = Facts.cancelledBy(task);
            if (by != null) {
                sheet.setRef(id, ENDING, by(by));
            }
        }
        sheet.publish(id, ENDED, now << 2 | outcome);
    }

    private static By by(CancelScope scope) {
        return switch (scope) {
            case Task<?> task -> new By(CANCEL_TASK, task.id());
            case TaskGroup group -> new By(CANCEL_GROUP, Facts.number(group));
            default -> {
                Thread home = Facts.home(scope);
                yield new By(CANCEL_SCOPE, home == null ? 0 : home.threadId());
            }
        };
    }

    @Override
    public void cancelled(CancelScope scope, CancelReason reason) {
        By target = by(scope);
        Throwable exception = reason.exception();
        Task<?> about = reason.task();
        String text = exception == null ? null : describe(exception);
        var why = new Why(reason.kind(), cut(reason.message()), text, about == null ? 0 : about.id());
        happens(target.kind(), target.number(), why);
    }

    final void happens(int kind, long number, @Nullable Object text) {
        long event = happened.getAndIncrement();
        Sheet sheet = sheet(events, event);
        if (sheet != null) {
            sheet.set(event, BY, Thread.currentThread().threadId());
            sheet.set(event, WHAT, (long) kind << KIND_SHIFT | number);
            if (text != null) {
                sheet.setRef(event, TEXT, text);
            }
            sheet.publish(event, TIME, clock.now());
        }
    }

    private @Nullable Sheet sheet(Register register, long number) {
        try {
            Sheet sheet = register.sheet(number);
            if (sheet == null) {
                missed.increment();
            }
            return sheet;
        } catch (OutOfMemoryError e) { // what is recorded goes on, and the recording says that something is missing
            missed.increment();
            return null;
        }
    }

    /** An exception's own text is the user's code, and may throw. */
    private static @Nullable String message(Throwable failure) {
        try {
            String message = failure.getMessage();
            return message == null ? null : cut(message);
        } catch (RuntimeException | Error e) {
            return "(its message cannot be had: " + e.getClass().getName() + ")";
        }
    }

    /** Type and message. */
    static String describe(Throwable failure) {
        String message = message(failure);
        return failure.getClass().getName() + (message == null ? "" : ": " + message);
    }

    static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " …";
    }

    /** Adds it to the observers of the program. */
    Registration install() {
        return TaskObserver.install(this);
    }
}
