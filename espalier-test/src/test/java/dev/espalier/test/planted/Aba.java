// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import dev.espalier.test.Simulation;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** A free list without locks that reuses its nodes: the head is the same again, but what was behind it is not. */
public final class Aba {
    private static final class Node {
        private final String name;
        private volatile Node next;

        Node(String name, Node next) {
            this.name = name;
            this.next = next;
        }
    }

    private static final class FreeList {
        private final AtomicReference<Node> head = new AtomicReference<>();

        Node pop() {
            while (true) {
                Node node = head.get();
                if (node == null) {
                    return null;
                }
                Node next = node.next;
                if (head.compareAndSet(node, next)) {
                    return node;
                }
            }
        }

        void push(Node node) {
            do {
                node.next = head.get();
            } while (!head.compareAndSet(node.next, node));
        }
    }

    /** Hands out a node that somebody has. */
    public static void run(Simulation simulation) throws Exception {
        var list = new FreeList();
        list.head.set(new Node("a", new Node("b", null)));
        var held = ConcurrentHashMap.<String>newKeySet();
        TaskGroup.run(group -> {
            var _ = group.fork("once", () -> take(list, held));
            var _ = group.fork("reuses", () -> {
                Node a = take(list, held);
                Node b = take(list, held);
                if (a != null) {
                    held.remove(a.name);
                    list.push(a);
                }
                assertThat(b == null || held.contains(b.name)).isTrue();
                Node _ = take(list, held);
            });
            var _ = group.fork("again", () -> take(list, held));
        });
    }

    private static Node take(FreeList list, ConcurrentHashMap.KeySetView<String, Boolean> held) {
        Node node = list.pop();
        if (node != null && !held.add(node.name)) {
            throw new AssertionError(node.name + " is held already");
        }
        return node;
    }
}
