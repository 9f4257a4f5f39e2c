// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NeighbourTest {
    private static final Pattern GIVEN_UP = Pattern.compile("\nvoluntary_ctxt_switches:\\s*(\\d+)");

    @Test
    @DisplayName("a neighbour says how far it is, and is gone when it is closed")
    void works() throws Exception {
        Neighbour neighbour = Neighbour.start();
        Neighbour.Progress before = neighbour.progress();
        await(neighbour, before.units() + 1_000);
        assertThat(neighbour.unitsPerSecondSince(before)).isPositive();
        neighbour.close();
        assertThat(neighbour.isAlive()).isFalse();
    }

    @Test
    @DisplayName("a neighbour never gives up its processor")
    void busy() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/proc/self/task")), "only Linux tells how often a thread gave up its processor");
        Neighbour neighbour = Neighbour.start();
        long before = givenUp(neighbour);
        await(neighbour, neighbour.progress().units() + 5_000);
        // The JVM's own threads wake up some ten times a second.
        assertThat(givenUp(neighbour) - before).isLessThan(1_000);
        neighbour.close();
    }

    @SuppressWarnings("ThreadPriorityCheck") // another process makes the progress
    private static void await(Neighbour neighbour, long units) {
        while (neighbour.progress().units() < units) {
            Thread.yield();
        }
    }

    private static long givenUp(Neighbour neighbour) throws IOException {
        long switches = 0;
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(neighbour.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                var matcher = GIVEN_UP.matcher(Files.readString(thread.resolve("status")));
                if (matcher.find()) {
                    switches += Long.parseLong(matcher.group(1));
                }
            }
        }
        return switches;
    }
}
