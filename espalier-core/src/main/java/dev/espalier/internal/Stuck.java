// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Finds the tasks of a group that wait in a line, themselves or below them: if these are all that could end the wait, it never ends (B2). */
final class Stuck {
    private Stuck() {}

    /**
     * The members of a group among those who wait, without those that are about to give up.
     *
     * @param line under its monitor
     * @param mine the caller's own task of the group
     * @return each once
     */
    static Set<TaskNode<?>> in(WaitLine line, Group group, TaskNode<?> mine) {
        Set<TaskNode<?>> stuck = Collections.newSetFromMap(new IdentityHashMap<>());
        stuck.add(mine);
        for (Turn waiting : line.turns()) {
            TaskNode<?> member = waiting.strand == null ? null : waiting.strand.memberOf(group);
            if (member != null && !waiting.isLeaving()) {
                stuck.add(member);
            }
        }
        return stuck;
    }

    static String names(Set<TaskNode<?>> stuck) {
        List<String> names = new ArrayList<>();
        stuck.forEach(task -> names.add(task.name()));
        Collections.sort(names);
        return String.join(", ", names);
    }
}
