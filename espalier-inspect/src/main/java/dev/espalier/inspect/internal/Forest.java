// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.TaskGroup;
import dev.espalier.internal.Awaited;
import dev.espalier.internal.Census;
import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Census.Opened;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One look at the tree, for one page: everything is counted, and nodes are made of what that page has open. Used by one thread. */
final class Forest implements Census.Visitor {
    /*
     * The walk meets everything, because everything is counted. A node is made of what is open; below a node that is shut only counts are kept. In a group with many
     * tasks, those that have nothing below them are put together by their look, and kept one by one only if the user has opened that bundle. So 100,000 tasks in a group are a
     * few nodes, and the walk makes no object that outlives its step.
     *
     * A search makes nodes of what matches, when it is met, and of what is around that.
     */
    /** A group with more is one with many. */
    static final int MANY = 200;

    private static final int FEW_ALIKE = 3;
    private static final int BUNDLED = 24;
    private static final int SAMPLE = 100;
    private static final int MATCHES = 2_000;

    final Totals totals = new Totals();
    final Node top;
    int matches;
    /** What is selected, if it was met. */
    @Nullable
    Node selected;

    private final View view;
    private final Keys keys;
    /** The way down: nodes, or null for what is below a node that is shut, and in a search what has not matched. */
    private final Deque<Step> way = new ArrayDeque<>();

    /** The group that is selected, if it is one. */
    private final @Nullable TaskGroup chosen;

    private final IdentityHashMap<Object, String> waits = new IdentityHashMap<>();

    private static final class Step {
        final @Nullable Occupant occupant;
        final @Nullable Opened opened;

        @Nullable
        Node node;

        Step(@Nullable Occupant occupant, @Nullable Opened opened, @Nullable Node node) {
            this.occupant = occupant;
            this.opened = opened;
            this.node = node;
        }
    }

    private Forest(View view, Keys keys) {
        this.view = view;
        this.keys = keys;
        this.chosen = keys.group(view.selected());
        this.top = Node.of(new Node.Look(null, null, false, false), "");
        top.isOpen = true;
    }

    static Forest look(View view, Keys keys) {
        var forest = new Forest(view, keys);
        forest.way.push(new Step(null, null, forest.top));
        Census.walk(forest);
        forest.top.children.sort(Comparator.comparing(node -> node.key));
        return forest;
    }

    // ---- the walk

    @Override
    public boolean enter(Occupant occupant) {
        totals.add(occupant);
        Step around = way.element();
        if (occupant.task() != null) {
            for (Step step : way) {
                if (step.node != null) {
                    step.node.tasks++;
                }
            }
        }
        boolean isSelected = !view.selected().isEmpty() && view.selected().equals(Node.keyOf(occupant));
        if (isSelected) {
            selected = Node.of(occupant);
        }
        Node node = null;
        if (view.isSearch()) {
            var step = new Step(occupant, null, null);
            way.push(step);
            if (matches(occupant)) {
                materialize();
            }
            return true;
        }
        Node parent = around.node;
        if (parent != null && parent.isOpen) {
            if (isBundling(parent) && occupant.isLeaf()) {
                bundle(parent, occupant, isSelected);
                return false;
            }
            node = Node.of(occupant);
            node.hasMore = !occupant.isLeaf();
            node.isOpen = node.hasMore && view.isOpen(node.key, parent.active <= MANY);
            parent.add(node);
        }
        way.push(new Step(occupant, null, node));
        return true;
    }

    @Override
    public boolean enter(Opened opened) {
        totals.groups++;
        Step around = way.element();
        Node node = null;
        Node parent = around.node;
        if (chosen == opened.group()) {
            selected = Node.of(opened, keys);
        }
        if (view.isSearch()) {
            way.push(new Step(null, opened, null));
            if (contains(opened.group().name())) {
                materialize();
            }
            return true;
        }
        if (parent != null && parent.isOpen) {
            node = Node.of(opened, keys);
            node.active = opened.counts().active();
            node.hasMore = node.active > 0;
            node.isOpen = view.isOpen(node.key, /* otherwise= */ true);
            parent.add(node);
        }
        way.push(new Step(null, opened, node));
        return true;
    }

    @Override
    public void leave(Occupant occupant) {
        var _ = way.pop();
    }

    @Override
    public void leave(Opened opened) {
        Node node = way.pop().node;
        if (node != null && !view.isSearch()) {
            settle(node);
        }
        if (node != null && selected != null && selected.key.equals(node.key)) {
            selected.tasks = node.tasks;
        }
    }

    // ---- siblings that look the same

    private static boolean isBundling(Node group) {
        return group.opened != null && group.active >= BUNDLED;
    }

    private void bundle(Node group, Occupant occupant, boolean isSelected) {
        var look = Node.Look.of(occupant);
        Node bundle = group.bundles.get(look);
        if (bundle == null) {
            bundle = Node.of(look, group.key);
            bundle.isOpen = view.isOpen(bundle.key, /* otherwise= */ false);
            bundle.hasMore = true;
            group.bundles.put(look, bundle);
        }
        bundle.tasks++;
        boolean wanted = bundle.isOpen || bundle.key.equals(view.selected());
        if (wanted || bundle.children.size() <= FEW_ALIKE || (isSelected && bundle.children.size() < SAMPLE)) {
            bundle.add(Node.of(occupant));
        }
        if (bundle.key.equals(view.selected())) {
            selected = bundle;
        }
    }

    /** All of a group has been seen: the oldest first, those that stand for many at the end, and few that look the same as they are. */
    private static void settle(Node group) {
        var many = new ArrayList<Node>();
        for (Node bundle : group.bundles.values()) {
            if (bundle.tasks <= FEW_ALIKE) {
                bundle.children.forEach(group::add);
            } else {
                Collections.reverse(bundle.children);
                many.add(bundle);
            }
        }
        group.bundles.clear();
        group.children.sort(Comparator.comparingLong(Forest::age));
        many.sort(Comparator.comparingLong((Node bundle) -> -bundle.tasks).thenComparing(bundle -> bundle.key));
        many.forEach(group::add);
    }

    private static long age(Node node) {
        var task = node.occupant == null ? null : node.occupant.task();
        return task == null ? 0 : task.id();
    }

    // ---- searching

    private boolean matches(Occupant occupant) {
        var task = occupant.task();
        Thread thread = occupant.thread();
        String name = task != null ? task.name() : Words.name(thread);
        return contains(name) || contains(wait(occupant.awaits()));
    }

    private String wait(@Nullable Awaited on) {
        return on == null ? "" : waits.computeIfAbsent(on.on(), _ -> on.what());
    }

    private boolean contains(String text) {
        return text.toLowerCase(Locale.ROOT).contains(view.query());
    }

    /** Makes nodes of what was met last and of all around it. */
    private void materialize() {
        if (matches++ >= MATCHES) {
            return;
        }
        Node parent = top;
        var fromTop = way.reversed();
        for (Step step : fromTop) {
            Node node = step.node;
            if (node == null) {
                if (step.occupant != null) {
                    node = Node.of(step.occupant);
                } else if (step.opened != null) {
                    node = Node.of(step.opened, keys);
                } else {
                    continue;
                }
                node.isOpen = true;
                step.node = node;
                parent.add(node);
            }
            parent = node;
        }
    }

    // ---- rows

    /** Takes a row that is in view. */
    interface Rows {
        void row(Node node, int depth);
    }

    /** How many there are. */
    long count() {
        return top.rows() - 1;
    }

    /** Those in view, from the top. */
    void rows(long first, int count, Rows rows) {
        long[] at = {0};
        for (Node node : top.children) {
            if (!emit(node, 0, at, first, first + count, rows)) {
                return;
            }
        }
    }

    private static boolean emit(Node node, int depth, long[] at, long first, long end, Rows rows) {
        if (at[0] >= end) {
            return false;
        }
        if (at[0] >= first) {
            rows.row(node, depth);
        }
        at[0]++;
        if (node.isOpen) {
            List<Node> children = node.children;
            int from = 0;
            if (node.look != null && at[0] < first) { // each of them is one row
                from = (int) Math.min(children.size(), first - at[0]);
                at[0] += from;
            }
            for (int i = from; i < children.size(); i++) {
                if (!emit(children.get(i), depth + 1, at, first, end, rows)) {
                    return false;
                }
            }
        }
        return true;
    }
}
