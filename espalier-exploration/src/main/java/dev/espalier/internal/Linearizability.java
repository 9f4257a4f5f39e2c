// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/** Runs Lincheck on the data structures of the core: {@code Linearizability (quick | full) [PATTERN]}. */
public final class Linearizability {
    private static final List<Class<?>> STRUCTURES = List.of(
            FailureOperations.class,
            LedgerOperations.class,
            PlacesOperations.class,
            SemaphoreOperations.class,
            TaskListOperations.class,
            WaiterOperations.class);

    private final boolean full;
    private final Pattern wanted;
    private int failures;

    private Linearizability(boolean full, Pattern wanted) {
        this.full = full;
        this.wanted = wanted;
    }

    /**
     * Prints a line for each structure and strategy, and the interleaving of what fails.
     *
     * @param args the effort, and a pattern of the names
     */
    public static void main(String[] args) {
        var run = new Linearizability(args[0].equals("full"), Pattern.compile(args.length > 1 ? args[1] : ""));
        STRUCTURES.forEach(run::structure);
        BlockingPrograms.all().entrySet().forEach(run::program);
        System.exit(run.failures == 0 ? 0 : 1);
    }

    private void structure(Class<?> type) {
        int scale = full ? 5 : 1;
        int invocations = full ? 2_000 : 500;
        check(
                type.getSimpleName() + ", model checking",
                () -> new ModelCheckingOptions()
                        .threads(2)
                        .actorsPerThread(3)
                        .actorsBefore(1)
                        .actorsAfter(1)
                        .iterations(15 * scale)
                        .invocationsPerIteration(invocations)
                        .check(type));
        check(
                type.getSimpleName() + ", three threads",
                () -> new ModelCheckingOptions()
                        .threads(3)
                        .actorsPerThread(2)
                        .actorsBefore(0)
                        .actorsAfter(1)
                        .iterations(10 * scale)
                        .invocationsPerIteration(invocations)
                        .check(type));
        check(
                type.getSimpleName() + ", stress",
                () -> new StressOptions()
                        .threads(2)
                        .actorsPerThread(3)
                        .iterations(5 * scale)
                        .invocationsPerIteration(invocations)
                        .check(type));
    }

    private void program(Map.Entry<String, Runnable> program) {
        check(program.getKey(), () -> Lincheck.runConcurrentTest(full ? 20_000 : 1_000, program.getValue()));
    }

    private void check(String name, Runnable exploration) {
        if (!wanted.matcher(name).find()) {
            return;
        }
        long begin = System.nanoTime();
        String result = "ok";
        try {
            exploration.run();
        } catch (Throwable t) { // Lincheck tells of a failure by an AssertionError; whatever else comes is one too
            failures++;
            result = "FAILED: " + t;
        }
        System.out.printf("%-80s %6.1f s  %s%n", name, (System.nanoTime() - begin) / 1e9, result);
    }
}
