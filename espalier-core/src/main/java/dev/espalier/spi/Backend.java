// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spi;

import dev.espalier.Registration;
import dev.espalier.internal.FactoryBackend;
import dev.espalier.internal.PlatformBackend;
import dev.espalier.internal.VirtualBackend;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What tasks run on: makes threads, tells the time, sets timers, parks. A program runs unchanged on each. Groups inherit the
 * backend of the group around them; {@link dev.espalier.Espalier#run} sets it for a piece of code.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. None may call back into Espalier on the calling thread.
 *
 * @since 0.1
 */
public interface Backend {
    /**
     * A virtual thread for each task: the default.
     *
     * @return always the same
     */
    static Backend virtualThreads() {
        return VirtualBackend.INSTANCE;
    }

    /**
     * A platform thread for each task: for code that pins, for native libraries, and for tools that know only platform threads.
     *
     * @return always the same
     */
    static Backend platformThreads() {
        return PlatformBackend.INSTANCE;
    }

    /**
     * A thread of a factory for each task.
     *
     * @param factory makes a new thread, not started, at every call
     * @return a new backend
     */
    static Backend of(ThreadFactory factory) {
        return new FactoryBackend(factory);
    }

    /**
     * Makes a thread that will run the task, and does not start it.
     *
     * @param task what it is to run; throws nothing
     * @param name its name; null for none
     * @param inheritThreadLocals whether it starts with the inheritable thread-locals of the calling thread
     * @return a thread that was never started; null is treated as a failure to make one
     */
    @Nullable
    Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals);

    /**
     * The time of this backend's clock, which never goes back.
     *
     * @return in nanoseconds, from an arbitrary origin
     */
    long nanoTime();

    /**
     * Runs an action later, on a thread of the backend's own, once.
     *
     * @param action short, does not block, throws nothing
     * @param delayNanos in nanoseconds from now
     * @return forgets the action; one that is running at that moment is not waited for
     */
    Registration schedule(Runnable action, long delayNanos);

    /**
     * Parks the calling thread as {@link java.util.concurrent.locks.LockSupport#park(Object)} does: until it is unparked or interrupted,
     * or for no reason.
     *
     * @param blocker what the thread waits for, for tools
     */
    void park(Object blocker);

    /**
     * Parks the calling thread for at most a time of this backend's clock.
     *
     * @param blocker what the thread waits for, for tools
     * @param nanos at most so many nanoseconds
     */
    void parkNanos(Object blocker, long nanos);

    /**
     * A place where the calling thread could let others go first: it polls whether it is cancelled. Does nothing on real threads; a
     * simulation, in which one thread runs at a time, may switch to another here.
     */
    default void checkpoint() {}

    /**
     * Lets a thread that is parked by this backend go on.
     *
     * @param thread the thread
     */
    void unpark(Thread thread);
}
