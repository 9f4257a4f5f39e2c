// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Party;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds waits that will never end, by looking at all of them from outside: those that no rule refuses when they begin. */
public final class Deadlocks {
    /*
     * What is looked at are the things that are waited for, and not the threads that wait: a million tasks that wait for one semaphore are one thing.
     * From each thing lead ways on, to what those wait for who have to do something before it comes:
     *
     *   a lock, a semaphore, a limiter    each of its holders; one that goes on is enough to end the wait
     *   a task                            the task itself
     *   all tasks of a group              each task of it; one that does not go on is enough to keep the wait
     *
     * A thing is doomed if it has ways on, and, of a line, all of them lead to doomed things, of a group, one of them. Doomed is what is left when all that is not
     * has been taken away, again and again. From a doomed thing a way leads to another, and so sooner or later round in a circle: that is what is reported.
     *
     * Waits that end by themselves (a timeout of their own, an interrupt, a cancellation) are no waits here. Waits in the JDK are not known. A deadline
     * that is still to come ends a circle later; it is told as it is now.
     *
     * All was read bit by bit, while threads went on. So each step of a circle is read again when the circle is known: it is the same wait, and the same holder. Every first
     * reading is before every second one; so there was a moment at which all of it was true, and then it stays true. As in Circle, a lock cannot come back to its holder while
     * somebody waits in its queue. A permit of a semaphore may have been handed to another thread, which gives it back: who acquired it is all that is known, and
     * such a step says that it is not certain.
     */
    private Deadlocks() {}

    /**
     * One wait of a circle; what it waits for cannot come before the thread of the next step goes on, and after the last one comes the first.
     *
     * @param who a thread or task that waits
     * @param on what it waits for
     */
    public record Step(Census.Occupant who, Awaited on) {}

    /** A way on, from a thing to what somebody waits for who is needed for it. */
    private record Way(Strand by, Awaited on) {
        Object to() {
            return on.on();
        }
    }

    /**
     * Looks at all that wait.
     *
     * @return the circles, each thing in one of them at most; usually none
     */
    public static List<List<Step>> find() {
        Map<Object, Collection<Way>> ways = waysOfGroups();
        var unseen = new ArrayList<Object>();
        ways.values().forEach(all -> all.forEach(way -> unseen.add(way.to())));
        while (!unseen.isEmpty()) {
            Object thing = unseen.removeLast();
            if (!ways.containsKey(thing)) {
                Collection<Way> on = waysOn(thing);
                ways.put(thing, on);
                on.forEach(way -> unseen.add(way.to()));
            }
        }
        removeWhatEnds(ways);
        return circles(ways);
    }

    /** Of each group that its owner waits for: what its tasks wait for, one task for each thing. And of the others a way to begin with. */
    private static Map<Object, Collection<Way>> waysOfGroups() {
        var ways = new IdentityHashMap<Object, Collection<Way>>();
        var seen = new IdentityHashMap<Object, Way>();
        Census.walk(new Census.Visitor() {
            @Override
            public boolean enter(Census.Occupant occupant) {
                Strand strand = occupant.strand;
                Way way = wayOf(strand);
                if (way != null) {
                    if (way.to() instanceof Group group) {
                        ways.putIfAbsent(group, new ArrayList<>());
                    }
                    Object in = strand instanceof TaskNode<?> task ? task.group() : null;
                    Collection<Way> ofGroup = in == null ? null : ways.get(in);
                    if (ofGroup == null) {
                        seen.putIfAbsent(way.to(), way);
                    } else if (ofGroup.stream().noneMatch(other -> other.to() == way.to())) {
                        ofGroup.add(way);
                    }
                }
                return true;
            }

            @Override
            public boolean enter(Census.Opened opened) {
                return true;
            }
        });
        ways.put(new Object(), seen.values()); // nobody waits for this; it only leads to the rest
        return ways;
    }

    private static @Nullable Way wayOf(Strand strand) {
        Awaited wait = Awaited.by(strand);
        return wait == null || wait.endsByItself() ? null : new Way(strand, wait);
    }

    /** What those wait for who are needed; nothing if one of them goes on who is enough. */
    private static Collection<Way> waysOn(Object thing) {
        var ways = new ArrayList<Way>();
        switch (thing) {
            case TaskNode<?> task -> {
                Way way = wayOf(task);
                if (way != null) {
                    ways.add(way);
                }
            }
            case WaitLine line -> {
                for (Strand holder : holders(line)) {
                    Way way = wayOf(holder);
                    if (way == null) {
                        return List.of();
                    }
                    ways.add(way);
                }
            }
            default -> {} // a group that came after the walk, or what nobody is known to end
        }
        return ways;
    }

    /** Nobody, unless all are known. */
    private static Set<Strand> holders(WaitLine line) {
        var holders = new LinkedHashSet<Strand>();
        for (Party party : line.acquirers()) {
            Strand strand = party.task() instanceof TaskNode<?> task ? task : Strands.of(party.thread());
            if (strand == null) {
                return Set.of();
            }
            holders.add(strand);
        }
        return holders;
    }

    private static void removeWhatEnds(Map<Object, Collection<Way>> ways) {
        var needing = new IdentityHashMap<Object, List<Object>>(); // a thing, and those from which a way leads to it
        ways.forEach((from, all) -> all.forEach(
                way -> needing.computeIfAbsent(way.to(), _ -> new ArrayList<>()).add(from)));
        var ending = new ArrayList<Object>();
        ways.forEach((thing, all) -> {
            if (all.isEmpty()) {
                ending.add(thing);
            }
        });
        while (!ending.isEmpty()) {
            Object thing = ending.removeLast();
            if (ways.remove(thing) == null) {
                continue;
            }
            for (Object from : needing.getOrDefault(thing, List.of())) {
                Collection<Way> all = ways.get(from);
                if (all != null
                        && (from instanceof WaitLine || all.stream().noneMatch(way -> ways.containsKey(way.to())))) {
                    ending.add(from);
                }
            }
        }
    }

    private static List<List<Step>> circles(Map<Object, Collection<Way>> doomed) {
        var circles = new ArrayList<List<Step>>();
        var done = new IdentityHashMap<Object, Boolean>();
        for (Object start : doomed.keySet()) {
            var path = new LinkedHashMap<Identity, Way>();
            Object at = start;
            while (done.put(at, true) == null) {
                Way on = onwards(doomed, at);
                path.put(new Identity(at), on);
                at = on.to();
            }
            List<Step> circle = from(at, path);
            if (!circle.isEmpty() && isStill(circle)) {
                circles.add(circle);
            }
        }
        return circles;
    }

    private static Way onwards(Map<Object, Collection<Way>> doomed, Object thing) {
        for (Way way : doomed.getOrDefault(thing, List.of())) {
            if (doomed.containsKey(way.to())) {
                return way;
            }
        }
        throw new AssertionError(thing + " is doomed, and nothing that it needs is");
    }

    private record Identity(Object thing) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Identity(Object same) && same == thing;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(thing);
        }
    }

    /** The part of the path that comes back to where it began; empty if it ran into one that was seen before. */
    private static List<Step> from(Object at, SequencedMap<Identity, Way> path) {
        var circle = new ArrayList<Step>();
        if (path.containsKey(new Identity(at))) {
            boolean in = false;
            for (var entry : path.entrySet()) {
                in |= entry.getKey().thing() == at;
                if (in) {
                    Way way = entry.getValue();
                    circle.add(new Step(new Census.Occupant(way.by()), way.on()));
                }
            }
        }
        return circle;
    }

    private static boolean isStill(List<Step> circle) {
        for (int i = 0; i < circle.size(); i++) {
            Awaited wait = circle.get(i).on();
            Strand next = circle.get((i + 1) % circle.size()).who().strand;
            if (wait.endsByItself() || !wait.isCurrent() || !needs(wait.on(), next)) {
                return false;
            }
        }
        return true;
    }

    private static boolean needs(Object thing, Strand next) {
        return switch (thing) {
            case WaitLine line -> holders(line).contains(next);
            case Group group -> next instanceof TaskNode<?> task && task.group() == group && !task.isTerminated();
            default -> thing == next;
        };
    }
}
