// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * The URLs that are known and not yet visited. Hands out each once, hosts in turn, and never more of one host than it
 * may bear at a time.
 *
 * <p>Not thread-safe: it belongs to the body of the crawl's group. So the limit per host costs no semaphore, and a slow
 * host holds no place of the group while its URLs wait.
 */
final class Frontier {
    private final int perHost;
    private final int maxPages;
    private final Set<URI> known = new HashSet<>();
    private final Map<String, Host> hosts = new HashMap<>();
    private final Queue<Host> ready = new ArrayDeque<>(); // those that isReady(), each once
    private int handedOut;
    private int inFlight;

    private static final class Host {
        final Queue<URI> waiting = new ArrayDeque<>();
        int inFlight;
    }

    Frontier(int perHost, int maxPages) {
        this.perHost = perHost;
        this.maxPages = maxPages;
    }

    /** Adds a URL, if it was not known. */
    void add(URI url) {
        if (known.add(url)) {
            Host host = hosts.computeIfAbsent(Link.host(url), name -> new Host());
            boolean wasReady = isReady(host);
            host.waiting.add(url);
            becomesReady(host, wasReady);
        }
    }

    /** The next URL to visit, or empty if there is none now. */
    Optional<URI> next() {
        if (handedOut == maxPages || ready.isEmpty()) {
            return Optional.empty();
        }
        Host host = ready.remove();
        URI url = host.waiting.remove();
        host.inFlight++;
        inFlight++;
        handedOut++;
        becomesReady(host, false);
        return Optional.of(url);
    }

    /** A URL that was handed out has been visited. */
    void visited(URI url) {
        Host host = Objects.requireNonNull(hosts.get(Link.host(url)), "never handed out");
        boolean wasReady = isReady(host);
        host.inFlight--;
        inFlight--;
        becomesReady(host, wasReady);
    }

    private boolean isReady(Host host) {
        return !host.waiting.isEmpty() && host.inFlight < perHost;
    }

    private void becomesReady(Host host, boolean wasReady) {
        if (!wasReady && isReady(host)) {
            ready.add(host);
        }
    }

    /** Whether everything that was handed out has been visited. Then, if there is no next, there never will be. */
    boolean isIdle() {
        return inFlight == 0;
    }

    int known() {
        return known.size();
    }

    /** Whether {@code --max-pages} keeps something from being visited. */
    boolean isCut() {
        return handedOut == maxPages && known.size() > handedOut;
    }
}
