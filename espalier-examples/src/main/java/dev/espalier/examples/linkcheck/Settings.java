// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.time.Duration;

/**
 * What the command line decides about a crawl.
 *
 * @param concurrency how many URLs are visited at once
 * @param perHost how many of them on one host
 * @param requestTimeout how long one attempt may take
 * @param retries how many more attempts follow a temporary failure
 * @param maxPages how many URLs are visited at most
 * @param slow a visit that takes longer is reported
 * @param external whether links to other hosts are visited too
 */
record Settings(
        int concurrency,
        int perHost,
        Duration requestTimeout,
        int retries,
        int maxPages,
        Duration slow,
        boolean external) {}
