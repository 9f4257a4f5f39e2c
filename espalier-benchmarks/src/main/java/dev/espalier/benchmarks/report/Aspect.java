// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import java.util.List;
import java.util.Optional;

/** What is known of a contender in a workload. */
enum Aspect {
    /** The time of an operation, or for W5 the bytes. */
    FIGURE,
    /** The processor time of an operation. */
    PROCESSOR,
    /** The bytes that an operation allocates. */
    ALLOCATED,
    /** The work that other processes got done meanwhile. */
    NEIGHBOURS;

    /** A figure of each round, unless it was not measured. */
    Optional<double[]> of(Measured measured) {
        List<Double> rounds = switch (this) {
            case FIGURE -> measured.figures();
            case PROCESSOR -> measured.processor();
            case ALLOCATED -> measured.allocated();
            case NEIGHBOURS -> measured.neighbours();
        };
        return rounds.isEmpty() || rounds.stream().anyMatch(round -> round.isNaN())
                ? Optional.empty()
                : Optional.of(rounds.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
