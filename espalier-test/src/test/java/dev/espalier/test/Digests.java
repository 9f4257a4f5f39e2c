// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import dev.espalier.test.planted.Everything;
import java.util.stream.LongStream;

/** What a run of {@link Everything} was under a seed; also a program, for a JVM of its own, that prints it for many. */
final class Digests {
    private Digests() {}

    /** From the first seed to the second, which may be smaller. */
    public static void main(String[] args) throws Exception {
        long first = Long.parseLong(args[0]);
        long last = Long.parseLong(args[1]);
        var seeds = first <= last
                ? LongStream.rangeClosed(first, last)
                : LongStream.rangeClosed(last, first).map(s -> first + last - s);
        for (long seed : seeds.toArray()) {
            var run = of(seed);
            System.out.println(seed + " " + run.hashCode() + " " + run.length());
        }
    }

    /** The whole of a run: what the program said, and the trace. */
    static String of(long seed) throws InterruptedException {
        var result = new StringBuilder();
        var findings = SimulatedBackend.explore(
                Exploration.seeds(1).from(seed).shrink(false),
                simulation -> result.append(Everything.run(simulation)).append(simulation.trace()));
        findings.failures().forEach(f -> result.append(f.thrown()).append(f.trace()));
        return result.toString();
    }
}
