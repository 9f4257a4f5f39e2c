// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.util.List;

/**
 * What {@link Tasks#await(java.util.Collection, WaitUntil)} has seen: each task is in one of the two lists, which have the order of the collection.
 *
 * @param done those that had terminated; how, their {@link Task#outcome} says
 * @param pending those that had not, and that go on
 * @param <K> the type of the tasks
 * @since 0.1
 */
public record Waited<K extends Task<?>>(List<K> done, List<K> pending) {
    /** Makes the lists unmodifiable. */
    public Waited {
        done = List.copyOf(done);
        pending = List.copyOf(pending);
    }
}
