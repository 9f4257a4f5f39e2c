// SPDX-License-Identifier: Apache-2.0

/**
 * Tests of concurrent code that find a race on purpose and replay it: use it if a test of yours fails one time in a thousand, or sleeps.
 *
 * <p>Start with {@link dev.espalier.test.SimulatedTest}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.test {
    requires transitive dev.espalier;
    requires java.instrument;
    requires static org.jspecify;
    // for @SimulatedTest and LeakCheck only
    requires static transitive org.junit.jupiter.api;
    requires static org.junit.platform.commons;

    exports dev.espalier.test;
    // which call the agent and the extension
    exports dev.espalier.test.internal to
            java.instrument,
            org.junit.platform.commons;

    provides dev.espalier.spi.TaskObserver with
            dev.espalier.test.internal.Witness;
}
