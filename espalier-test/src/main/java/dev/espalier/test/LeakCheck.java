// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.internal.Leftovers;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a JUnit test that leaves something behind: a thread that it started, a group that it did not close, a timer,
 * an interrupt status. For tests that do not run in a simulation; those are checked anyway.
 *
 * {@snippet class=dev.espalier.test.examples.SimulationExamples region=leakCheck}
 *
 * <p>What is ending is given a second. Virtual threads that Espalier did not start are seen only where the JDK is
 * open, see {@link SimulatedBackend#mode}.
 *
 * <p><b>Failure.</b> {@link LeakError}, with the stack of each thread that is left.
 *
 * <p><b>Threads.</b> Not for tests that run at the same time as others in one JVM: what one leaves would be blamed on another.
 *
 * @since 0.1
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
    /** Made by JUnit. */
    public LeakCheck() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(ExtensionContext.Namespace.create(LeakCheck.class, context.getUniqueId()))
                .put(Leftovers.class, Leftovers.before());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Leftovers before = context.getStore(ExtensionContext.Namespace.create(LeakCheck.class, context.getUniqueId()))
                .remove(Leftovers.class, Leftovers.class);
        if (before != null) { // else beforeEach did not come to its end
            before.check();
        }
    }
}
