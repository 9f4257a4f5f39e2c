// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import dev.espalier.Options;
import dev.espalier.spi.Backend;

/** Pieces of the core, made without their surroundings. */
final class Parts {
    private static final Action NOTHING = () -> {};

    private Parts() {}

    /** A group that nobody opened. */
    static Group group() {
        return group(Backend.platformThreads());
    }

    static Group group(Backend backend) {
        return new Group(Options.DEFAULT.backend(backend), new ForeignStrand(null), /* runForm= */ false);
    }

    /** A task that has no thread. */
    static TaskNode<Object> task(Group group, String name) {
        return new TaskNode<>(group, name, NOTHING, TaskNode.ACTION);
    }
}
