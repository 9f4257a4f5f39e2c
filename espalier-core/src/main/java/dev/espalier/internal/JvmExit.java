// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.app.ShutdownReport;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the exit of the JVM the shutdown of an application, for which it waits. */
final class JvmExit extends Thread {
    /*
     * The JVM meets SIGTERM, SIGINT, System.exit and the end of the last thread that is no daemon in one way: it starts its shutdown hooks, all at once, and halts
     * when they have ended. From then on System.exit blocks for ever, and signals do nothing. So the hook must not wait for a thread that may call
     * System.exit but for a time: that is what the shutdown's limits are for.
     *
     * What went wrong is logged as it happens; but java.util.logging closes its handlers in a hook of its own, at the same time as this one runs. So the report of a
     * shutdown that was not in order is written to the standard error stream as well.
     *
     * The second signal. Only a handler of sun.misc.Signal hears of it. It is installed when the exit has begun, and not before: until then signals are the JVM's, or those of
     * a framework. And two signals within the few milliseconds of the first hook's start, as from a terminal and a wrapper that passes the same
     * one on, are one. The class is in jdk.unsupported, which is documented to stay, but need not be there; it is reached by reflection, since this module must not require
     * it. Where it is missing, the second signal is ignored, as it always is.
     */
    static final String WHY = "the JVM is exiting";

    private final Application app;

    private JvmExit(Application app) {
        super(null, null, "exit of " + app.describe(), /* stackSize= */ 0, /* inheritInheritableThreadLocals= */ false);
        this.app = app;
    }

    /** Null if the JVM is exiting already. */
    static @Nullable JvmExit install(Application app) {
        var hook = new JvmExit(app);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) { // its way to say so
            return null;
        }
        return hook;
    }

    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(this);
        } catch (IllegalStateException e) {
            // the JVM is exiting, and runs or has run it
        }
    }

    @Override
    public void run() {
        haltAtSignals();
        boolean _ = app.lifetime.stop(WHY, null, app.options.grace());
        app.lifetime.awaitUninterruptibly();
        ShutdownReport report = app.lifetime.report();
        if (!report.isInOrder()) {
            System.err.println(text(report));
        }
    }

    private String text(ShutdownReport report) {
        var text = new StringBuilder(app.describe())
                .append(" has not ended in order: ")
                .append(report.reason().message());
        report.troubles()
                .forEach(t -> text.append("\n  ")
                        .append(t.name())
                        .append(": ")
                        .append(t.exception())
                        .append(Stragglers.text(List.of(t.exception().getStackTrace()))));
        report.stragglers()
                .forEach(s -> text.append("\n  left behind: ")
                        .append(s.path())
                        .append(", ")
                        .append(s.state())
                        .append(Stragglers.text(s.stack())));
        return text.toString();
    }

    private static void haltAtSignals() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method number = signal.getMethod("getNumber");
            Object halts = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, called, arguments) -> {
                        if (called.getName().equals("handle")) {
                            Runtime.getRuntime().halt(128 + (int) number.invoke(arguments[0]));
                        }
                        return called.getName().equals("equals")
                                ? (Object) (self == arguments[0])
                                : called.getName().equals("hashCode")
                                        ? (Object) System.identityHashCode(self)
                                        : "halts";
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                Object of = signal.getConstructor(String.class).newInstance(name);
                Object _ = signal.getMethod("handle", signal, handler).invoke(null, of, halts);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // no such module, or -Xrs, or a JVM without these signals: the second one is ignored, and nothing else
            // changes
        }
    }
}
