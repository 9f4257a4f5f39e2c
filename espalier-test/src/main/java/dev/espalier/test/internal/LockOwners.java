// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who holds which lock and monitor at this moment. Only where the door is open, and for messages: when something fails, it knows less. */
final class LockOwners {
    private static final @Nullable Inside INSIDE = inside();

    private record Inside(VarHandle owner, MethodHandle snapshot, MethodHandle blockedOn, MethodHandle owned) {}

    private final Inside inside;
    private final IdentityHashMap<Object, SimThread> monitors = new IdentityHashMap<>();
    private final IdentityHashMap<SimThread, Object> wanted = new IdentityHashMap<>();
    private final IdentityHashMap<Thread, SimThread> threads = new IdentityHashMap<>();

    private LockOwners(Inside inside) {
        this.inside = inside;
    }

    private static @Nullable Inside inside() {
        Door door = Door.open();
        if (door == null) {
            return null;
        }
        try {
            door.open("java.util.concurrent.locks");
            door.open("jdk.internal.vm");
            var synchronizer = MethodHandles.privateLookupIn(AbstractOwnableSynchronizer.class, MethodHandles.lookup());
            var type = Class.forName("jdk.internal.vm.ThreadSnapshot");
            var snapshots = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            return new Inside(
                    synchronizer.findVarHandle(AbstractOwnableSynchronizer.class, "exclusiveOwnerThread", Thread.class),
                    snapshots.findStatic(type, "of", MethodType.methodType(type, Thread.class)),
                    snapshots.findVirtual(type, "blockedOn", MethodType.methodType(Object.class)),
                    snapshots.findVirtual(type, "ownedMonitorsAt", MethodType.methodType(Stream.class, int.class)));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null; // a JDK that looks otherwise inside: the message says less
        }
    }

    /** What is known of these threads; null where the JDK is closed. */
    static @Nullable LockOwners open(List<SimThread> threads) {
        if (INSIDE == null) {
            return null;
        }
        var owners = new LockOwners(INSIDE);
        for (SimThread thread : threads) {
            if (!thread.ended) {
                owners.threads.put(thread.thread, thread);
                owners.look(thread);
            }
        }
        return owners;
    }

    private void look(SimThread thread) {
        try {
            Object snapshot = inside.snapshot.invoke(thread.thread);
            if (snapshot == null) {
                return;
            }
            int depth = thread.thread.getStackTrace().length;
            for (int i = 0; i < depth; i++) {
                for (Object monitor : ((Stream<?>) inside.owned.invoke(snapshot, i)).toList()) {
                    if (monitor != null) {
                        monitors.put(monitor, thread);
                    }
                }
            }
            if (thread.thread.getState() == Thread.State.BLOCKED) {
                Object monitor = inside.blockedOn.invoke(snapshot);
                if (monitor != null) {
                    wanted.put(thread, monitor);
                    monitors.remove(monitor, thread);
                }
            }
        } catch (Throwable e) {
            wanted.remove(thread); // the message says less
        }
    }

    @Nullable
    Object monitorOf(SimThread thread) {
        return wanted.get(thread);
    }

    @Nullable
    SimThread ownerOf(Object lock) {
        if (lock instanceof AbstractOwnableSynchronizer) {
            return threads.get((Thread) inside.owner.getVolatile(lock));
        }
        return monitors.get(lock);
    }
}
