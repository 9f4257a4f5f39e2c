// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Registration;
import dev.espalier.spi.Backend;

/** A backend whose timers are so late that they never come. */
final class WithoutTimers extends FilterBackend {
    WithoutTimers(Backend backend) {
        super(backend);
    }

    @Override
    public Registration schedule(Runnable action, long delayNanos) {
        return () -> {};
    }
}
