// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.benchmarks.report.Measured;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Contenders that are not on the JVM: a command that runs those that are installed, and prints a line for each figure: {@code RESULT go W2-4 1083.5}, with
 * the contender, the workload, and the median of its repetitions in the unit of the table.
 */
final class Outside {
    private final List<String> command;
    private final Map<String, Map<String, List<Double>>> figures = new TreeMap<>();

    Outside(String... command) {
        this.command = List.of(command);
    }

    /** Runs them once. */
    void round() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                read(line);
            }
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(command + " ended with status " + status);
        }
    }

    void read(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 4 || !words[0].equals("RESULT")) {
            throw new IllegalArgumentException("expected RESULT contender workload number, and got: " + line);
        }
        figures.computeIfAbsent(words[1], _ -> new TreeMap<>())
                .computeIfAbsent(words[2], _ -> new ArrayList<>())
                .add(Double.parseDouble(words[3]));
    }

    /** What all rounds gave. */
    List<Measured> measured() {
        var all = new ArrayList<Measured>();
        figures.forEach((contender, workloads) ->
                workloads.forEach((key, rounds) -> all.add(Measured.outside(key, contender, List.copyOf(rounds)))));
        return all;
    }
}
