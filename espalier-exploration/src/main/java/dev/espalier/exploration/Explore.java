// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Starts the tools, each in JVMs of its own: what {@code ./explore} runs. */
public final class Explore {
    private static final List<String> TOOLS = List.of("fray", "lincheck", "jcstress");

    private final Path target;
    private final boolean full;
    private final String wanted;
    private boolean failed;

    private Explore(Path target, boolean full, String wanted) {
        this.target = target;
        this.full = full;
        this.wanted = wanted;
    }

    /**
     * Runs one tool, or all.
     *
     * @param args the directory for reports; fray, lincheck, jcstress or all; quick or full; a pattern of the names of what to run
     * @throws Exception if a tool cannot be started
     */
    public static void main(String[] args) throws Exception {
        String tool = args.length > 1 ? args[1] : "all";
        String effort = args.length > 2 ? args[2] : "quick";
        if ((!tool.equals("all") && !TOOLS.contains(tool))
                || !List.of("quick", "full").contains(effort)) {
            throw new IllegalArgumentException("'" + tool + " " + effort
                    + "' is not what can be explored; say [fray | lincheck | jcstress | all] [quick | full] [PATTERN]");
        }
        var run = new Explore(Path.of(args[0]), effort.equals("full"), args.length > 3 ? args[3] : "");
        for (String each : tool.equals("all") ? TOOLS : List.of(tool)) {
            System.out.println("== " + each + ", " + effort);
            long begin = System.nanoTime();
            switch (each) {
                case "fray" -> run.fray(/* mayBeMissing= */ tool.equals("all"));
                case "lincheck" -> run.lincheck();
                default -> run.jcstress();
            }
            System.out.printf("== %s took %d s%n", each, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        }
        System.exit(run.failed ? 1 : 0);
    }

    // ---- Fray: one JVM for a scenario, with its own JDK

    private void fray(boolean mayBeMissing) throws IOException, InterruptedException {
        Path launcher = launcher();
        if (launcher == null) {
            System.out.println("Fray is not here: set FRAY_HOME to an installation, in which bin/fray is its launcher;"
                    + " CONTRIBUTING.md says where it comes from");
            failed |= !mayBeMissing;
            return;
        }
        for (Method scenario : Scenarios.all()) {
            String name = Scenarios.name(scenario);
            if (Pattern.compile(wanted).matcher(name).find()) {
                for (String scheduler : full ? List.of("pos", "pct", "random") : List.of("pos")) {
                    fray(launcher, name, scheduler);
                }
            }
        }
    }

    private void fray(Path launcher, String name, String scheduler) throws IOException, InterruptedException {
        Path report = target.resolve("fray").resolve(name + "-" + scheduler);
        int seconds = full ? 120 : 10;
        var command =
                new ArrayList<>(List.of(launcher.toString(), "-cp", classpath(), Scenarios.class.getName(), name));
        command.addAll(List.of("--", "--iter", full ? "1000000" : "1000", "--timeout", Integer.toString(seconds)));
        // The classes of the core have no state that a run could leave behind but numbers for names.
        command.addAll(List.of("--no-reset-class-loader", "--scheduler", scheduler, "--output", report.toString()));
        Path log = Files.createDirectories(target.resolve("fray")).resolve(name + "-" + scheduler + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds + 60, TimeUnit.SECONDS);
        boolean ok = ended && process.exitValue() == 0;
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        System.out.printf(
                "%-40s %-7s %s%n",
                name, scheduler, ok ? "ok      " + summary(report) : "FAILED: " + report + ", " + log);
        failed |= !ok;
    }

    private static String summary(Path report) throws IOException {
        return Files.readAllLines(report.resolve("fray.log")).stream()
                .filter(line -> line.contains("Run finished"))
                .map(line -> line.substring(line.indexOf("Total iter")))
                .findFirst()
                .orElse("");
    }

    private static @Nullable Path launcher() {
        String home = System.getenv("FRAY_HOME");
        Path launcher = home == null ? null : Path.of(home, "bin", "fray");
        return launcher != null && Files.isExecutable(launcher) ? launcher : null;
    }

    /** What a scenario needs: the core and this module, and none of the other tools. */
    private static String classpath() {
        return String.join(
                ":",
                Pattern.compile(":")
                        .splitAsStream(System.getProperty("java.class.path"))
                        .filter(entry -> entry.contains("espalier-"))
                        .toList());
    }

    // ---- Lincheck and jcstress: on the class path of this JVM

    private void lincheck() throws IOException, InterruptedException {
        var options = List.of("-XX:+EnableDynamicAgentLoading", "-Xshare:off", "--sun-misc-unsafe-memory-access=allow");
        java(options, "dev.espalier.internal.Linearizability", List.of(full ? "full" : "quick", wanted));
    }

    private void jcstress() throws IOException, InterruptedException {
        var arguments = new ArrayList<>(
                List.of("-c", "2", "-r", target.resolve("jcstress").toString()));
        arguments.addAll(
                full
                        ? List.of("-m", "default")
                        : List.of("-sc", "false", "-f", "1", "-fsm", "2", "-iters", "3", "-time", "200"));
        if (!wanted.isEmpty()) {
            arguments.addAll(List.of("-t", wanted));
        }
        java(List.of("--sun-misc-unsafe-memory-access=allow"), "org.openjdk.jcstress.Main", arguments);
    }

    private void java(List<String> options, String main, List<String> arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(arguments);
        Files.createDirectories(target);
        int exit = new ProcessBuilder(command)
                .directory(target.toFile())
                .inheritIO()
                .start()
                .waitFor();
        failed |= exit != 0;
    }
}
