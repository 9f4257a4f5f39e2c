// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;

/** Visits URLs, on many threads at once. */
@FunctionalInterface
interface Visitor {
    /**
     * Visits a URL. That it is broken is a result and not an exception.
     *
     * @throws InterruptedException if the crawl is cancelled
     */
    Visit visit(URI url) throws InterruptedException;
}
