// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.TaskGroup;

/** A request whose connection is looked at from time to time. */
final class OpenRequest {
    /*
     * Goal: the connection is looked at only between the beginning and the end of this request. Afterwards the server reads the next one from it.
     *
     * So looking is under the monitor, and so is closing, which waits for a look to end: that is one read that does not block. What the looking thread has changed in the
     * server's buffers happens-before the end of close, and so before the server goes on with them. The group is cancelled outside: observers are told then.
     *
     * A request may end by itself between the look and the cancellation, which then does nothing. Its client has gone all the same.
     *
     * Lock order: the monitor is innermost but for what the server locks in a read.
     *
     * Fields: closed, gone: the monitor.
     */
    private final TaskGroup group;
    private final ClientProbe probe;
    private final long began = System.nanoTime();
    private boolean closed;
    private boolean gone;

    OpenRequest(TaskGroup group, ClientProbe probe) {
        this.group = group;
        this.probe = probe;
    }

    /** Looks, and cancels the group if the client has gone. */
    void look() {
        synchronized (this) {
            if (closed || gone || !probe.isGone()) {
                return;
            }
            gone = true;
        }
        group.cancel("the client has closed its connection");
    }

    long ageNanos() {
        return System.nanoTime() - began;
    }

    /** The end; whether the client has gone before. */
    synchronized boolean close() {
        closed = true;
        return gone;
    }
}
