// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.util.List;
import java.util.Locale;

/**
 * One thing to tell the user.
 *
 * @param kind what is the matter
 * @param target where the link leads: relative to the root of the site, or with a host if that is another one
 * @param detail more about it
 * @param linkedFrom the pages that link there; empty for the page where the crawl started
 */
record Finding(Kind kind, String target, String detail, List<String> linkedFrom) {
    /** What is the matter, the worst first. */
    enum Kind {
        /** The target cannot be had. */
        BROKEN,
        /** The target has no such anchor. */
        ANCHOR,
        /** The target is elsewhere. */
        REDIRECT,
        /** The target needed more than one attempt. */
        FLAKY,
        /** The target took long. */
        SLOW;

        /** Whether a link with this finding does not lead where it should. */
        boolean isBroken() {
            return this == BROKEN || this == ANCHOR;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
