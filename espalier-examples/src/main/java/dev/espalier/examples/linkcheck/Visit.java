// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The result of visiting one URL.
 *
 * @param url where
 * @param answer how it answered, at the last attempt
 * @param attempts how often it was asked
 * @param time how long the last attempt took
 */
record Visit(URI url, Answer answer, int attempts, Duration time) {
    /** Where to go from here. */
    Collection<URI> targets() {
        return switch (answer) {
            case Answer.Found(var page) ->
                page.map(Page::links).stream()
                        .flatMap(Collection::stream)
                        .map(Link::target)
                        .distinct()
                        .toList();
            case Answer.Moved(int status, URI target) -> List.of(target);
            case Answer.Broken broken -> List.of();
        };
    }

    /** The same with what stands in the page forgotten. */
    Visit withoutPage() {
        return answer instanceof Answer.Found
                ? new Visit(url, new Answer.Found(Optional.empty()), attempts, time)
                : this;
    }
}
