// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spi;

import dev.espalier.Registration;
import dev.espalier.internal.Carried;

/**
 * Carries something that is bound to a thread into the tasks that the thread forks. Set with
 * {@link dev.espalier.Options#propagators}, or {@link #install installed} or found with {@link java.util.ServiceLoader} for every group of the
 * program.
 *
 * <p><b>Threads.</b> {@link #capture} runs on the forking thread, the other two on the task's. No lock is held.
 *
 * <p><b>Failure.</b> What {@code capture} throws is thrown by {@code fork}, and nothing is forked. What {@code restore} throws is
 * the task's failure, whose body does not run. What {@code close} throws is logged.
 *
 * @since 0.1
 */
public interface ContextPropagator {
    /**
     * Adds a propagator for every group of the program, also those that are open already: for each task that is forked from now on, after those that were there
     * before.
     *
     * @param propagator carries what it is for
     * @return removes it; tasks that were forked before keep what they carry, and it is still restored and cleared
     */
    static Registration install(ContextPropagator propagator) {
        return Carried.install(propagator);
    }

    /**
     * Takes what is bound to the forking thread.
     *
     * @return what the task is to see
     */
    Snapshot capture();

    /** What was captured: lives as long as the task is waiting to run. */
    interface Snapshot {
        /**
         * Binds it to the task's thread.
         *
         * @return undoes the binding; called on the same thread after the task's code and callbacks, whatever happens
         */
        Binding restore();
    }

    /** A binding that is in force. */
    interface Binding {
        /** Undoes it. */
        void close();
    }
}
