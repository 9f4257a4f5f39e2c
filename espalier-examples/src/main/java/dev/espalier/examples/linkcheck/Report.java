// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of a crawl, whole or not.
 *
 * @param start where it started
 * @param partial why it is not whole; empty if it is
 * @param findings the worst first
 * @param totals the figures
 * @param time how long it took
 */
record Report(URI start, Optional<String> partial, List<Finding> findings, Totals totals, Duration time) {
    /**
     * The figures of a crawl.
     *
     * @param visited URLs that were visited
     * @param pages the site's own HTML pages among them
     * @param links the links in those, each place counted once for a page
     * @param retries attempts that followed a temporary failure
     * @param external URLs of other hosts that were not visited
     * @param notVisited URLs that were found and not visited, because the report is partial
     */
    record Totals(int visited, int pages, long links, int retries, int external, int notVisited) {}

    long count(Finding.Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).count();
    }

    /** Whether some link does not lead where it should. */
    boolean hasBroken() {
        return findings.stream().anyMatch(finding -> finding.kind().isBroken());
    }
}
