// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jetbrains.lincheck.datastructures.Operation;

/** The places of a group with a limit, as far as nobody waits (B1); the waiting is in {@link BlockingPrograms}. */
public class PlacesOperations {
    private final Places places = new Places(Parts.group(), 2);

    /** As tryFork. */
    @Operation
    public boolean tryAcquire() {
        return places.acquire(/* mayWait= */ false) == Places.Result.GRANTED;
    }

    /** As a task's end; without one that began, there is a place more. */
    @Operation
    public void release() {
        places.release();
    }

    /** How many threads wait. */
    @Operation
    public long waiting() {
        return places.waiting().size();
    }
}
