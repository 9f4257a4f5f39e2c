// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.sync.Permit;
import dev.espalier.sync.Semaphore;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** The permits of a semaphore, as far as nobody waits (S1, S2): three are out, each is closed once, and one that is free is had. */
public class SemaphoreOperations {
    private final Semaphore semaphore = new Semaphore("s", 3);
    private final Permit[] out = {permit(), permit(), permit()};

    private Permit permit() {
        return semaphore.tryAcquire().orElseThrow();
    }

    /** Whether it was not closed before. */
    @Operation
    public boolean close(@Param(gen = IntGen.class, conf = "0:2") int number) {
        try {
            out[number].close();
            return true;
        } catch (IllegalStateException e) {
            return false; // S2
        }
    }

    /** Whether there was one; it is kept. */
    @Operation
    public boolean tryAcquire() {
        return semaphore.tryAcquire().isPresent();
    }
}
