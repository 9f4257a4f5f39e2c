// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * Counts of a group's tasks, each right by itself; taken together they may be of slightly different moments while tasks run.
 *
 * @param forked tasks ever forked, daemons and those that never ran included
 * @param active tasks that have not terminated, daemons included
 * @param daemons daemons that have not terminated
 * @param waiting threads that wait in {@code fork} for a place
 * @param succeeded tasks that returned
 * @param failed tasks that threw
 * @param cancelled tasks that ended by cancellation or never ran
 * @param stuck threads below the group that were last seen ignoring a cancellation for longer than
 *     {@link CancelPolicy#reportAfter()}
 * @since 0.1
 */
public record GroupStats(
        long forked,
        long active,
        long daemons,
        long waiting,
        long succeeded,
        long failed,
        long cancelled,
        long stuck) {}
