// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How much is run. */
enum Effort {
    /** Whether everything works; its figures say nothing. */
    SMOKE(1, 1, 2, 100) {
        @Override
        List<Stage> stages(int round) {
            return List.of(Stage.EVERYTHING, Stage.MEMORY.with("tasks", "1000", "10000"), Stage.BESIDE_OTHERS);
        }
    },
    /** Enough to see where one is. */
    QUICK(1, 4, 5, 500) {
        @Override
        List<Stage> stages(int round) {
            return joined(all(), growth());
        }
    },
    /** What has targets five times, since one JVM says little; the rest twice; growth once. */
    USUAL(5, 4, 5, 500) {
        @Override
        List<Stage> stages(int round) {
            return switch (round) {
                case 1 -> joined(all(), growth());
                case 4 -> all();
                default -> compared();
            };
        }
    },
    /** For figures that are written down: longer, from both kinds of owners, beside other work, and growth for all. */
    FULL(5, 5, 5, 1_000) {
        @Override
        List<Stage> stages(int round) {
            return List.of(
                    Stage.EVERYTHING,
                    Stage.MEMORY,
                    Stage.OF_GROUPS.with("owner", "PLATFORM"),
                    Stage.BESIDE_OTHERS.with("owner", "VIRTUAL", "PLATFORM"),
                    Stage.MANY_BESIDE_OTHERS,
                    Stage.GROWTH,
                    Stage.MEMORY_GROWTH);
        }
    };

    /**
     * A set of benchmarks that run with the same settings.
     *
     * @param classes their simple names
     * @param single whether an iteration is one invocation
     * @param params parameters that have other values here than in the class
     */
    record Stage(List<String> classes, boolean single, Map<String, List<String>> params) {
        static final Stage EVERYTHING = new Stage(
                List.of(
                        "ForkAndJoin",
                        "SmallGroups",
                        "TreeOfGroups",
                        "CancelParked",
                        "Timeout",
                        "TimeoutInTask",
                        "Channel\\w*",
                        "LimitedTasks",
                        "FailAmongSleepers",
                        "MapItems",
                        "PoolBorrow",
                        "Primitives"),
                /* single */ false,
                Map.of());
        static final Stage OF_GROUPS = new Stage(
                List.of(
                        "ForkAndJoin",
                        "SmallGroups",
                        "TreeOfGroups",
                        "CancelParked",
                        "Timeout",
                        "LimitedTasks",
                        "FailAmongSleepers"),
                /* single */ false,
                Map.of());
        static final Stage IN_TASKS = new Stage(List.of("TimeoutInTask", "Channel\\w*"), /* single */ false, Map.of());
        static final Stage PRIMITIVES =
                new Stage(List.of("Primitives"), /* single */ false, Map.of("contender", List.of("espalier", "juc")));
        static final Stage MEMORY = new Stage(List.of("ParkedMemory"), /* single */ true, Map.of());
        static final Stage SMALL_FROM_PLATFORM =
                new Stage(List.of("SmallGroups"), /* single */ false, Map.of("owner", List.of("PLATFORM")));
        static final Stage BESIDE_OTHERS = new Stage(
                List.of("SmallGroups"),
                /* single */ false,
                Map.of("busy", List.of("1"), "contender", List.of("espalier", "raw", "jdkScope")));
        static final Stage MANY_BESIDE_OTHERS = new Stage(
                List.of("ForkAndJoin", "TreeOfGroups", "CancelParked", "Timeout", "LimitedTasks", "FailAmongSleepers"),
                /* single */ false,
                Map.of("busy", List.of("1"), "contender", List.of("espalier", "raw", "jdkScope", "jox", "kotlin")));
        static final Stage GROWTH = new Stage(
                List.of("ForkAndJoin", "CancelParked"),
                /* single */ false,
                Map.of("tasks", List.of("1000", "10000", "1000000")));
        static final Stage MEMORY_GROWTH = new Stage(
                List.of("ParkedMemory"), /* single */ true, Map.of("tasks", List.of("1000", "10000", "1000000")));

        /** The same for those classes only in whose names the expression is found. */
        Stage only(Pattern wanted) {
            return new Stage(
                    classes.stream().filter(name -> wanted.matcher(name).find()).toList(), single, params);
        }

        Stage with(String param, String... values) {
            var all = new TreeMap<>(params);
            all.put(param, List.of(values));
            return new Stage(classes, single, all);
        }
    }

    private static List<Stage> all() {
        return List.of(Stage.EVERYTHING, Stage.MEMORY, Stage.SMALL_FROM_PLATFORM, Stage.BESIDE_OTHERS);
    }

    private static List<Stage> growth() {
        return List.of(
                Stage.GROWTH.with("contender", "espalier", "raw", "jdkScope", "kotlin"),
                Stage.MEMORY_GROWTH.with("contender", "espalier", "raw", "jdkScope", "kotlin"));
    }

    /** Those that the targets name, beside what they are to be compared with. */
    private static List<Stage> compared() {
        return List.of(
                Stage.OF_GROUPS.with("contender", "espalier", "raw", "jdkScope"),
                Stage.IN_TASKS,
                Stage.PRIMITIVES,
                Stage.MEMORY.with("contender", "espalier", "raw", "jdkScope"),
                Stage.SMALL_FROM_PLATFORM.with("contender", "espalier", "raw", "jdkScope"),
                Stage.BESIDE_OTHERS);
    }

    private static List<Stage> joined(List<Stage> some, List<Stage> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    final int rounds;
    final int warmups;
    final int measurements;
    /** Of an iteration. */
    final int millis;

    Effort(int rounds, int warmups, int measurements, int millis) {
        this.rounds = rounds;
        this.warmups = warmups;
        this.measurements = measurements;
        this.millis = millis;
    }

    /** What runs in a round; the first has something of everything. */
    abstract List<Stage> stages(int round);
}
