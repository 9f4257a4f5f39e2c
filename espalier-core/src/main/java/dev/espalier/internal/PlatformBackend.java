// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import org.jspecify.annotations.Nullable;

/** A platform thread for each task. They do not keep the JVM from exiting: the owner of their group does. */
public final class PlatformBackend extends RealTime {
    /** The only one. */
    public static final Backend INSTANCE = new PlatformBackend();

    private PlatformBackend() {}

    /** A thread that is known to be a task's, so that its task can be found if its handler was replaced. */
    static final class TaskThread extends Thread {
        TaskThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
            super(null, task, name == null ? "espalier-task" : name, /* stackSize= */ 0, inheritThreadLocals);
            setDaemon(true);
        }
    }

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        return new TaskThread(task, name, inheritThreadLocals);
    }

    @Override
    public String toString() {
        return "platform threads";
    }
}
