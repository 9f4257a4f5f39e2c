// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

/**
 * What sends the items of a channel, in a task of its own: see {@link Source#produce}.
 *
 * @param <T> the items
 * @since 0.1
 */
@FunctionalInterface
public interface Producer<T> {
    /**
     * Runs on the task's thread. When it returns, it has sent everything.
     *
     * @param sink where to send them; only while this runs
     * @throws Exception whatever goes wrong: the task's failure, and the channel's
     */
    void produce(Sink<T> sink) throws Exception;
}
