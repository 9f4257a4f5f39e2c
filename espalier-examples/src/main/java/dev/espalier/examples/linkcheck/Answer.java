// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;
import java.util.Optional;

/** How a URL answered. */
sealed interface Answer {
    /**
     * It is there.
     *
     * @param page what stands in it, if it is HTML
     */
    record Found(Optional<Page> page) implements Answer {}

    /**
     * It is elsewhere.
     *
     * @param status the HTTP status
     * @param target where
     */
    record Moved(int status, URI target) implements Answer {}

    /**
     * It cannot be had.
     *
     * @param why for people
     * @param temporary whether another attempt may help
     */
    record Broken(String why, boolean temporary) implements Answer {}
}
