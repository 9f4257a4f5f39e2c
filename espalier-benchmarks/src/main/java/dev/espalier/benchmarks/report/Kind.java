// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import java.util.Locale;
import java.util.Map;

/** The workloads, in the order of the tables: how each is called there, and what its figures mean. */
public enum Kind {
    /** Many trivial tasks. */
    W1("ForkAndJoin", "tasks", "one group of %s tasks", "ns/task"),
    /** Small groups. */
    W2("SmallGroups", "size", "group of %s", "ns/group"),
    /** A tree of groups. */
    W3("TreeOfGroups", "", "tree of groups", "ns/node"),
    /** Parked tasks that are cancelled. */
    W4("CancelParked", "tasks", "cancel %s parked tasks", "ns/task"),
    /** The heap of parked tasks. */
    W5("ParkedMemory", "tasks", "a task of %s parked ones", "bytes"),
    /** A timeout on a thread that is in no group. */
    W6("Timeout", "", "timeout", "ns"),
    /** A timeout in a task. */
    W6T("TimeoutInTask", "", "timeout in a task", "ns"),
    /** Items through a channel; raw is here the channel of the library below. */
    W7("Channel", "", "item through a channel", "ns/item"),
    /** Tasks with a limit. */
    W8("LimitedTasks", "", "100,000 tasks, 16 at once", "ns/task"),
    /** A failure among sleepers. */
    W9("FailAmongSleepers", "", "one of 100 sleepers fails", "ns"),
    /** Items, a task for each. */
    MAP("MapItems", "limit", "map of 1,000,000 items, %s at once", "ns/item"),
    /** A pool of resources. */
    POOL("PoolBorrow", "users", "borrow and return, users: %s", "ns"),
    /** Primitives that exclude. */
    SYNC("Primitives", "primitive", "%s", "ns"),
    /** Anything else; the contender is the method. */
    OTHER("", "", "%s", "ns");

    /** By what name the contender is known that the others are compared with. */
    public static final String RAW = "raw";

    private final String benchmark;
    private final String parameter;
    private final String title;
    private final String unit;

    Kind(String benchmark, String parameter, String title, String unit) {
        this.benchmark = benchmark;
        this.parameter = parameter;
        this.title = title;
        this.unit = unit;
    }

    /** The kind that a benchmark class measures. Those of channels may be several. */
    static Kind of(String simpleClassName) {
        for (Kind kind : values()) {
            if (kind == W7 ? simpleClassName.startsWith(kind.benchmark) : kind.benchmark.equals(simpleClassName)) {
                return kind;
            }
        }
        return OTHER;
    }

    /** The kind of a key: what is before its first sign. */
    static Kind ofKey(String key) {
        return valueOf(key.split("[^A-Z0-9]", 2)[0]);
    }

    /** How many operations an invocation is, beyond what the benchmark tells JMH: those whose number is a parameter. */
    int operations(Map<String, String> params) {
        return switch (this) {
            case W1, W4, W5 -> Integer.parseInt(params.getOrDefault("tasks", "1"));
            default -> 1;
        };
    }

    /** The figure that counts, or empty if it is the time of an invocation. */
    String figure() {
        return switch (this) {
            case W4, W9 -> "until.over";
            case W5 -> "heap.growth";
            default -> "";
        };
    }

    /** The contender that is the measure for the others. */
    String baseline() {
        return this == SYNC ? "juc" : RAW;
    }

    /** What a number means. */
    String unit() {
        return unit;
    }

    /**
     * A name for one set of parameters, short and unique: targets, charts and programs outside of the JVM use it.
     *
     * @param params as JMH has them
     * @param benchmark the simple name of the class
     */
    String key(Map<String, String> params, String benchmark) {
        if (this == OTHER) {
            return "OTHER-" + benchmark + suffix(params) + others(params);
        }
        String main = parameter.isEmpty() ? "" : "-" + params.getOrDefault(parameter, "");
        String users = this == SYNC ? "-" + params.getOrDefault("users", "") : "";
        return name() + main + users + suffix(params);
    }

    private static String suffix(Map<String, String> params) {
        String owner = "PLATFORM".equals(params.get("owner")) ? "@platform" : "";
        String busy = params.getOrDefault("busy", "0");
        return owner + (busy.equals("0") ? "" : "+" + busy);
    }

    private static String others(Map<String, String> params) {
        var text = new StringBuilder();
        params.forEach((key, value) -> {
            if (!key.equals("owner") && !key.equals("busy") && !key.equals("contender")) {
                text.append(' ').append(key).append('=').append(value);
            }
        });
        return text.toString();
    }

    /** What the row of a key says. */
    String title(String key) {
        String rest = key.substring(name().length());
        int end = rest.length();
        String where = "";
        int busy = rest.indexOf('+');
        if (busy >= 0) {
            String neighbours = rest.substring(busy + 1);
            where = ", " + neighbours + (neighbours.equals("1") ? " processor" : " processors") + " busy";
            end = busy;
        }
        int owner = rest.indexOf("@platform");
        if (owner >= 0) {
            where = ", from a platform thread" + where;
            end = Math.min(end, owner);
        }
        String main = end > 0 ? rest.substring(1, end) : "";
        if (this == SYNC) {
            int dash = main.lastIndexOf('-');
            main = main.substring(0, dash).toLowerCase(Locale.ROOT) + ", users: " + main.substring(dash + 1);
        } else if (main.matches("\\d+")) {
            main = String.format(Locale.ROOT, "%,d", Integer.parseInt(main));
        }
        return (name().startsWith("W") ? name() + " " : "") + String.format(Locale.ROOT, title, main) + where;
    }
}
