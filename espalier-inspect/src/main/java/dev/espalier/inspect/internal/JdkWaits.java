// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a thread waits for in the JDK, as far as its stack says it. */
final class JdkWaits {
    /** Classes of the JDK, and what a thread does that is in them; with a method behind a dot, only in that. */
    private static final Map<String, String> IO = Map.ofEntries(
            Map.entry("sun.nio.ch.NioSocketImpl.accept", "waits for a connection to a server socket"),
            Map.entry("sun.nio.ch.NioSocketImpl.connect", "connects a socket"),
            Map.entry("sun.nio.ch.NioSocketImpl.implRead", "reads from a socket"),
            Map.entry("sun.nio.ch.NioSocketImpl.implWrite", "writes to a socket"),
            Map.entry("sun.nio.ch.ServerSocketChannelImpl.accept", "waits for a connection to a server socket"),
            Map.entry("sun.nio.ch.SocketChannelImpl.connect", "connects a socket"),
            Map.entry("sun.nio.ch.SocketChannelImpl.read", "reads from a socket"),
            Map.entry("sun.nio.ch.SocketChannelImpl.write", "writes to a socket"),
            Map.entry("sun.nio.ch.DatagramChannelImpl.receive", "waits for a datagram"),
            Map.entry("sun.nio.ch.SelectorImpl.select", "waits for a selector"),
            Map.entry("sun.nio.ch.FileChannelImpl", "is in a file channel"),
            Map.entry("java.io.FileInputStream", "reads from a file or pipe"),
            Map.entry("java.io.FileOutputStream", "writes to a file or pipe"),
            Map.entry("java.io.RandomAccessFile", "is in a file"),
            Map.entry("java.net.Inet4AddressImpl", "looks up a host"),
            Map.entry("java.net.Inet6AddressImpl", "looks up a host"),
            Map.entry("java.net.InetAddress.getAllByName", "looks up a host"),
            Map.entry("java.lang.ProcessImpl.waitFor", "waits for a process"),
            Map.entry("java.lang.ProcessHandleImpl", "waits for a process"));

    private static final Map<String, String> WAITS = Map.of(
            "java.lang.Thread.sleep",
            "sleeps",
            "java.lang.Thread.join",
            "waits for a thread to end",
            "java.lang.Object.wait",
            "waits to be notified",
            "jdk.internal.net.http.HttpClientImpl.send",
            "waits for an HTTP response");

    private JdkWaits() {}

    /** What it does outside of Java; null if it just runs. */
    static @Nullable String io(StackTraceElement[] stack) {
        return find(IO, stack);
    }

    /** What a thread that is parked, or waits for a notification, waits for. */
    static String parked(StackTraceElement[] stack, @Nullable Object blocker) {
        String known = find(IO, stack);
        if (known == null) {
            known = find(WAITS, stack);
        }
        if (known != null) {
            return known;
        }
        String entered = null;
        for (StackTraceElement frame : stack) {
            if (Sites.isUsers(frame)) {
                break;
            }
            if (frame.getClassName().startsWith("java.util.concurrent.") && !isMachinery(frame.getClassName())) {
                entered = "waits for " + article(simple(frame.getClassName())) + " (" + frame.getMethodName() + ")";
            }
        }
        if (entered != null) {
            return entered + identity(blocker);
        }
        return blocker == null || !blocker.getClass().getName().startsWith("java.")
                ? "is parked"
                : "waits for " + article(simple(blocker.getClass().getName())) + identity(blocker);
    }

    private static @Nullable String find(Map<String, String> known, StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (Sites.isUsers(frame)) {
                return null;
            }
            String type = frame.getClassName();
            String what = known.get(type);
            if (what == null) {
                what = known.get(type + "." + frame.getMethodName());
            }
            if (what != null) {
                return what;
            }
        }
        return null;
    }

    private static boolean isMachinery(String type) {
        return type.startsWith("java.util.concurrent.locks.LockSupport")
                || type.startsWith("java.util.concurrent.locks.Abstract")
                || type.startsWith("java.util.concurrent.ForkJoinPool");
    }

    /** The outermost class, without its package: the lock, and not what is inside it. */
    private static String simple(String type) {
        String name = type.substring(type.lastIndexOf('.') + 1);
        int inner = name.indexOf('$');
        return inner < 0 ? name : name.substring(0, inner);
    }

    private static String article(String name) {
        return ("AEIOU".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
    }

    /** So that two who wait for the same can be told from two who do not; a condition is not what is waited for. */
    private static String identity(@Nullable Object blocker) {
        return blocker == null || blocker.getClass().getName().endsWith("ConditionObject")
                ? ""
                : " @" + Integer.toHexString(System.identityHashCode(blocker));
    }
}
