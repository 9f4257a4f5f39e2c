// SPDX-License-Identifier: Apache-2.0

/**
 * The tree of tasks of a running program: as text, as JSON, through JMX, and as a page in a browser. Use it if something hangs, and you want to
 * know on what. And recordings of what tasks did over time: as a page, as a trace, and as events of JDK Flight Recorder.
 *
 * <p>Start with {@link dev.espalier.inspect.TaskTree#dump()}, or {@link dev.espalier.inspect.Inspector#start()}, or {@link dev.espalier.inspect.Recorder#start()}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.inspect {
    requires transitive dev.espalier;
    requires com.fasterxml.jackson.core;
    requires java.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires static org.jspecify;
    // for java -jar espalier-inspect.jar PID only
    requires static java.management.rmi;
    requires static jdk.attach;

    exports dev.espalier.inspect;
}
