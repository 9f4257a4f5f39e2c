// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Task;
import dev.espalier.sync.Party;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a thread waits for in Espalier, as it looks from outside: for whatever shows the tree of tasks, or explains why it stands still.
 *
 * @param what as it stands in messages: {@code lock 'accounts'}, {@code task 'load'}
 * @param holders who has to do something before the wait can end, where that is known
 */
public record Wait(String what, List<Party> holders) {
    /**
     * What a task waits for.
     *
     * @param task one of Espalier's
     * @return a snapshot, which may be old when it is looked at; empty if the task does not wait in Espalier, or only for time to pass
     */
    public static Optional<Wait> of(Task<?> task) {
        return Optional.ofNullable(of((Strand) task));
    }

    static @Nullable Wait of(Strand strand) {
        return switch (strand.waitingFor) {
            case Turn turn -> {
                WaitLine line = turn.line;
                yield line == null || turn.granted ? null : new Wait(line.describe(), line.acquirers());
            }
            case TaskNode<?> task -> {
                Thread thread = task.thread;
                yield new Wait(task.describe(), thread == null ? List.of() : List.of(Turn.party(thread, task)));
            }
            case Group group -> new Wait(group.describe(), running(group));
            case Arrivals _ -> new Wait("the next one of several tasks", List.of());
            case Blocking.Obstacle obstacle -> new Wait(obstacle.describe(), obstacle.holders());
            case null, default -> null;
        };
    }

    private static List<Party> running(Group group) {
        var running = new ArrayList<Party>();
        for (Task<?> task : group.activeTasks()) {
            Thread thread = ((TaskNode<?>) task).thread;
            if (thread != null) {
                running.add(new Party(thread, task));
            }
        }
        return running;
    }

    /**
     * A sentence's end.
     *
     * @return for example {@code lock 'accounts', held by task 'load'}
     */
    @Override
    public String toString() {
        if (holders.isEmpty()) {
            return what;
        }
        var text = new StringBuilder(what).append(", held by ");
        for (int i = 0; i < holders.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(holders.get(i));
        }
        return text.toString();
    }
}
