// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time of the whole JVM an operation: what the work costs when cores are not free, and what a wait that spins wastes. Other
 * programs on the machine disturb it less than they disturb the time on the clock; least of all that part which is not spent in the kernel.
 */
public final class CpuTime implements InternalProfiler {
    /** By what name the whole is known. */
    public static final String NAME = "cpu.time.norm";

    /** By what name the time outside of the kernel is known; NaN but on Linux. */
    static final String USER = "cpu.user.norm";

    /** The kernel counts in ticks of 10 ms for programs, whatever its own are. */
    private static final double NANOS_OF_A_TICK = 1e7;

    private static final Path STATUS = Path.of("/proc/self/stat");

    private final OperatingSystemMXBean system =
            Objects.requireNonNull(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class));
    private long before;
    private double userBefore;

    @Override
    public String getDescription() {
        return "Processor time of the JVM an operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = system.getProcessCpuTime();
        userBefore = userNanos();
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public Collection<? extends Result> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double operations = result.getMetadata().getAllOps();
        return List.of(
                scalar(NAME, (system.getProcessCpuTime() - before) / operations),
                scalar(USER, (userNanos() - userBefore) / operations));
    }

    private static ScalarResult scalar(String name, double time) {
        return new ScalarResult(name, Double.isFinite(time) ? time : Double.NaN, "ns/op", AggregationPolicy.AVG);
    }

    private static double userNanos() {
        if (!Files.exists(STATUS)) {
            return Double.NaN;
        }
        try {
            String status = Files.readString(STATUS);
            // The name in brackets may have blanks; the 12th word after it is the time in user mode.
            String[] words = status.substring(status.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(words[11]) * NANOS_OF_A_TICK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
