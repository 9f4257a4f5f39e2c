// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** Puts threads and tasks on tracks: those tasks of groups of one name that do not overlap share one. */
final class Lanes {
    private static final class Pool {
        private final String name;
        private final Deque<Integer> free = new ArrayDeque<>();
        private final PriorityQueue<Busy> busy = new PriorityQueue<>(Comparator.comparingLong(Busy::until));
        private int made;

        Pool(String name) {
            this.name = name;
        }
    }

    private record Busy(long until, int lane) {}

    /** By track. */
    final List<String> names = new ArrayList<>();

    private final Story story;
    private final int[] ofTask;

    Lanes(Story story) {
        this.story = story;
        for (int i = 0; i < story.threads.size(); i++) {
            names.add(story.threadNames.get(i));
        }
        ofTask = new int[story.tasks.size()];
        var pools = new HashMap<String, Pool>();
        IntStream.range(0, ofTask.length)
                .boxed()
                .sorted(Comparator.comparingLong(this::begin))
                .forEach(task -> ofTask[task] = take(pools, task));
    }

    private int take(Map<String, Pool> pools, int task) {
        int group = (int) story.taskGroups.get(task);
        String given = story.groupNames.get(group);
        Pool pool = pools.computeIfAbsent(given == null ? "unnamed groups" : Words.shape(given), Pool::new);
        long begin = begin(task);
        while (!pool.busy.isEmpty() && pool.busy.element().until() <= begin) {
            pool.free.push(pool.busy.remove().lane());
        }
        int lane;
        if (pool.free.isEmpty()) {
            lane = names.size();
            names.add(pool.name + " " + ++pool.made);
        } else {
            lane = pool.free.pop();
        }
        pool.busy.add(new Busy(end(task), lane));
        return lane;
    }

    /** When the task's slice begins. */
    long begin(int task) {
        long begin = story.started.get(task);
        if (begin == Story.UNKNOWN) {
            begin = story.forked.get(task) == Story.UNKNOWN ? story.from : story.forked.get(task);
        }
        return begin;
    }

    /** When it ends, or, as far as is known, lives. */
    long end(int task) {
        long end = story.ended.get(task);
        return Math.max(begin(task), end == Story.UNKNOWN ? story.to : end);
    }

    /** The track of a thread or task. */
    int of(long node) {
        int place = Story.place(node);
        return Story.kind(node) == Story.TASK ? ofTask[place] : place;
    }
}
