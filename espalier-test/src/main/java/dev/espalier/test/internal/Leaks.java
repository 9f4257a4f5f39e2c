// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.LeakError;
import org.jspecify.annotations.Nullable;

/** What a run has left behind. */
final class Leaks {
    private Leaks() {}

    /** After the end of the test's own thread, when no other can go on. */
    static @Nullable LeakError of(World world) {
        var threads = world.crowd().alive();
        var timers = world.clock().actions();
        if (threads.isEmpty() && timers.isEmpty()) {
            return null;
        }
        var text = new StringBuilder("the test has ended and left behind (seed " + world.run.seed() + "):\n");
        text.append(Waits.describe(world));
        for (Clock.Timer timer : timers) {
            text.append("  a timer that is due in ")
                    .append(java.time.Duration.ofNanos(timer.due - world.clock().now()))
                    .append(": ")
                    .append(timer.action)
                    .append('\n');
        }
        return new LeakError(text + world.journal().tail());
    }
}
