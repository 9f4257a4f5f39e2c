// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All threads of the JVM; the virtual ones only where the JDK is open. */
final class Threads {
    private static final @Nullable MethodHandle VIRTUAL = virtual();

    private Threads() {}

    private static @Nullable MethodHandle virtual() {
        Door door = Door.open();
        if (door == null) {
            return null;
        }
        try {
            door.open("jdk.internal.vm");
            var container = Class.forName("jdk.internal.vm.ThreadContainer");
            var containers = Class.forName("jdk.internal.vm.ThreadContainers");
            var root = MethodHandles.privateLookupIn(containers, MethodHandles.lookup())
                    .findStatic(containers, "root", MethodType.methodType(container));
            var threads = MethodHandles.privateLookupIn(container, MethodHandles.lookup())
                    .findVirtual(container, "threads", MethodType.methodType(Stream.class));
            return MethodHandles.filterReturnValue(root, threads);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null; // a JDK that looks otherwise inside: only platform threads are seen
        }
    }

    static Set<Thread> all() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        if (VIRTUAL != null) {
            try {
                ((Stream<?>) VIRTUAL.invoke()).forEach(thread -> all.add((Thread) thread));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new LinkageError("the JDK's list of threads is not as expected", e);
            }
        }
        return all;
    }
}
