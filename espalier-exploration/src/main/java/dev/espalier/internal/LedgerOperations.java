// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jetbrains.lincheck.datastructures.Operation;

/** The counts of a group: forks, completions, and the end (L2). The owner and the one task that completes are threads of their own. */
public class LedgerOperations {
    private final Group group = Parts.group();
    private int live = 2;

    /** Two tasks live. */
    public LedgerOperations() {
        boolean _ = group.admit(/* daemon= */ false);
        boolean _ = group.admit(/* daemon= */ false);
    }

    /** A fork. */
    @Operation
    public boolean admit() {
        return group.admit(/* daemon= */ false);
    }

    /** A daemon's fork. */
    @Operation
    public boolean admitDaemon() {
        return group.admit(/* daemon= */ true);
    }

    /** One of the two ends. */
    @Operation(nonParallelGroup = "tasks")
    public boolean complete() {
        if (live == 0) {
            return false;
        }
        live--;
        group.complete(/* daemon= */ false);
        return true;
    }

    /** The owner ends the group. */
    @Operation(nonParallelGroup = "owner")
    public boolean end() {
        return group.tryEnd();
    }

    /** Live tasks and daemons. */
    @Operation
    public long count() {
        return group.count(Ledger.Which.TASKS);
    }
}
