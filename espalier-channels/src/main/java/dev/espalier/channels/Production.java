// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.CancelReason;
import dev.espalier.Outcome;
import dev.espalier.Task;
import dev.espalier.TaskCancelledException;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Blocking;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The producers of one channel: tasks of a group, the last of which closes it. */
final class Production<T> {
    /*
     * States: `left` counts the producers that have not ended, and the caller until it has forked all of them; who brings it to zero closes the channel. A failure does not wait for that.
     *
     * A producer's end is told as to an onDone callback, but does not count as somebody who has seen the failure (F6): on its thread, when its outcome is recorded and the group is cancelled because of it, and before it has terminated. So a consumer in the group is cancelled
     * before the channel fails, and what it throws does not depend on which it notices first: each call of a channel asks for the cancellation before it throws that the channel has failed.
     *
     * Daemons, because the end of the consumers is known by that: see Source.produce. A group cancels its daemons one after the other. The first of them that has ended must not fail its channel
     * while a daemon that receives from it is not yet cancelled, for which that would be a failure; so it cancels all that are left before: they are about to be.
     *
     * Fields: `tasks` is guarded by itself; `failed` is guarded by it too, so that a producer that is forked while another one fails is cancelled by one of the two.
     */
    private final TaskGroup group;
    private final Channel<T> channel;
    private final AtomicInteger left;
    private final List<Task<Void>> tasks = new ArrayList<>();
    private boolean failed;

    private Production(TaskGroup group, Channel<T> channel, int producers) {
        this.group = group;
        this.channel = channel;
        this.left = new AtomicInteger(producers + 1);
    }

    static <T> Source<T> begin(
            TaskGroup group,
            int capacity,
            UnaryOperator<ChannelOptions> options,
            Collection<? extends Producer<T>> producers) {
        if (capacity < 0) {
            throw new IllegalArgumentException("capacity is " + capacity + "; it must be at least 0, for a rendezvous");
        }
        var all = List.<Producer<T>>copyOf(producers);
        var channel = new Channel<T>(capacity, options);
        var production = new Production<>(group, channel, all.size());
        try {
            for (int i = 0; i < all.size(); i++) {
                production.fork(all.get(i), i, all.size());
            }
        } catch (RuntimeException | Error e) {
            production.fail(e, "not all producers of " + channel.conduit.describe() + " could be started");
            throw e;
        }
        production.ended();
        return channel;
    }

    private void fork(Producer<T> producer, int index, int all) {
        String name = channel.statistics().name() + (all == 1 ? "" : "-" + (index + 1));
        var thrown = new AtomicReference<@Nullable Throwable>();
        Task<Void> task = group.forkDaemon(name, () -> {
            try {
                producer.produce(channel);
            } catch (Throwable t) { // to be passed on, if it is the task's failure
                thrown.set(t);
                throw t;
            }
        });
        boolean late;
        synchronized (tasks) {
            tasks.add(task);
            late = failed;
        }
        if (late) {
            task.cancel(channel.conduit.describe() + " has failed");
        }
        Blocking.whenEnded(task, () -> ended(task, thrown.get()));
    }

    private void ended(Task<Void> task, @Nullable Throwable thrown) {
        switch (task.status()) {
            case SUCCEEDED -> ended();
            case FAILED ->
                fail(
                        thrown == null ? task.exceptionNow() : thrown, // null: it did not get as far as the producer
                        "another producer of " + channel.conduit.describe() + " failed");
            default -> {
                CancelReason reason = ((Outcome.Cancelled<?>) task.outcome().orElseThrow()).reason();
                if (reason.kind() == CancelReason.Kind.SHUTDOWN) {
                    group.activeTasks().forEach(daemon -> daemon.cancel(reason.message()));
                }
                fail(cause(task, reason), "another producer of " + channel.conduit.describe() + " was cancelled");
            }
        }
    }

    private static Throwable cause(Task<?> task, CancelReason reason) {
        Throwable behind = reason.root().exception();
        return behind != null ? behind : new TaskCancelledException(task, reason);
    }

    private void ended() {
        if (left.decrementAndGet() == 0) {
            boolean _ = channel.close();
        }
    }

    private void fail(Throwable cause, String why) {
        List<Task<Void>> others;
        synchronized (tasks) {
            if (failed) {
                return;
            }
            failed = true;
            others = List.copyOf(tasks);
        }
        others.forEach(task -> task.cancel(why)); // before the channel fails, or they would fail by that
        boolean _ = channel.fail(cause);
    }
}
