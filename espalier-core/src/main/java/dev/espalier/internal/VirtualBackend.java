// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A virtual thread for each task. */
public final class VirtualBackend extends RealTime {
    /** The only one. */
    public static final Backend INSTANCE = new VirtualBackend();

    // named lazily: a name costs, and most tasks have none
    private final ThreadFactory inheriting =
            Thread.ofVirtual().inheritInheritableThreadLocals(true).factory();
    private final ThreadFactory plain =
            Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

    private VirtualBackend() {}

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        Thread thread = (inheritThreadLocals ? inheriting : plain).newThread(task);
        if (name != null) {
            thread.setName(name);
        }
        return thread;
    }

    @Override
    public String toString() {
        return "virtual threads";
    }
}
