// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The door into the JDK through which virtual threads get a scheduler of their own. It opens on JDK 25, when the JVM
 * was started with the flag that {@link #closed} names; everything that knows the JDK's inside is here.
 */
final class Door {
    /*
     * What is used of java.lang.VirtualThread: the constructor that takes a scheduler; the fields runContinuation
     * (which continuation is whose), state and onWaitingList (World: threads that a monitor wakes). Of
     * java.lang.Module: implAddOpens, to see with the same flag who holds a lock (Waits). Fields are read, never
     * written.
     */
    static final int YIELDED = 11;
    static final int BLOCKED = 13;
    static final int WAIT = 16;
    static final int TIMED_WAIT = 18;
    private static final int SUSPENDED = 1 << 8;

    private static final @Nullable Door OPEN;
    private static final String WHY;

    static {
        Door open = null;
        String why = "";
        try {
            open = new Door();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            why = e.toString();
        }
        OPEN = open;
        WHY = why;
    }

    private final Class<?> virtualThread;
    private final MethodHandle constructor;
    private final VarHandle runContinuation;
    private final VarHandle state;
    private final VarHandle onWaitingList;
    private final MethodHandle addOpens;

    private Door() throws ReflectiveOperationException {
        virtualThread = Class.forName("java.lang.VirtualThread");
        // starts virtual threads that wait for the sockets of all: the first I/O in a simulation would make them its
        // own
        Class.forName("sun.nio.ch.Poller");
        var lookup = MethodHandles.privateLookupIn(virtualThread, MethodHandles.lookup());
        constructor = lookup.findConstructor(
                        virtualThread,
                        MethodType.methodType(void.class, Executor.class, String.class, int.class, Runnable.class))
                .asType(MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
        runContinuation = lookup.findVarHandle(virtualThread, "runContinuation", Runnable.class);
        state = lookup.findVarHandle(virtualThread, "state", int.class);
        onWaitingList = lookup.findVarHandle(virtualThread, "onWaitingList", boolean.class);
        addOpens = MethodHandles.privateLookupIn(Module.class, MethodHandles.lookup())
                .findVirtual(
                        Module.class, "implAddOpens", MethodType.methodType(void.class, String.class, Module.class));
    }

    /** The door; null if it is closed. */
    static @Nullable Door open() {
        return OPEN;
    }

    /** One line that says how to open it. */
    static String closed() {
        var module = Door.class.getModule();
        var to = module.isNamed() ? module.getName() : "ALL-UNNAMED";
        return "the simulation switches only where Espalier blocks; for every blocking call of the JDK, run the tests"
                + " on JDK 25 with --add-opens java.base/java.lang=" + to + " (" + WHY + ")";
    }

    /** Makes a virtual thread that hands its continuation to the scheduler. */
    Thread newThread(Executor scheduler, @Nullable String name, boolean inheritThreadLocals, Runnable task) {
        try {
            int characteristics = inheritThreadLocals ? 0 : 1 << 2; // Thread.NO_INHERIT_THREAD_LOCALS
            return (Thread) constructor.invokeExact(scheduler, name, characteristics, task);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("java.lang.VirtualThread is not as expected", e);
        }
    }

    /** What the thread hands to its scheduler. */
    Runnable continuation(Thread thread) {
        return (Runnable) runContinuation.get(thread);
    }

    /** Whose continuation it is: a thread that was made by other means, from one of the simulation's. */
    Thread owner(Runnable continuation) {
        try {
            for (var field : continuation.getClass().getDeclaredFields()) {
                if (field.getType() == virtualThread && field.trySetAccessible()) {
                    return (Thread) field.get(continuation);
                }
            }
        } catch (IllegalAccessException e) {
            throw new LinkageError("java.lang.VirtualThread is not as expected", e);
        }
        throw new LinkageError("java.lang.VirtualThread is not as expected: " + continuation);
    }

    /** One of the constants, or another number. */
    int state(Thread thread) {
        return (int) state.getVolatile(thread) & ~SUSPENDED;
    }

    /** Whether a monitor that the thread waits for has chosen it, and the JDK's thread that is to say so has not come to it. */
    boolean isBeingUnblocked(Thread thread) {
        return (boolean) onWaitingList.getVolatile(thread);
    }

    /** Opens one more package of java.base to this module. */
    void open(String packageName) {
        try {
            addOpens.invoke(Object.class.getModule(), packageName, Door.class.getModule());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("java.lang.Module is not as expected", e);
        }
    }
}
