// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import dev.espalier.examples.linkcheck.Finding.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Draws the conclusions from the results of a crawl. */
final class Findings {
    private final Results results;
    private final URI start;
    private final Map<URI, Set<URI>> targets = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private Findings(Results results, URI start) {
        this.results = results;
        this.start = start;
        // what is linked, fragments left out, and the start; not what only redirects lead to
        targets.put(start, new TreeSet<>());
        results.links()
                .forEach((link, pages) -> targets.computeIfAbsent(link.target(), target -> new TreeSet<>())
                        .addAll(pages));
    }

    /** All findings, the worst kind first, then by target. */
    static List<Finding> of(Results results, URI start, Duration slow) {
        var made = new Findings(results, start);
        made.targets.forEach(made::checkTarget);
        results.links().forEach(made::checkAnchor);
        results.malformed().forEach((link, pages) -> made.add(Kind.BROKEN, link, "not a valid URL", pages));
        results.visits().values().forEach(visit -> made.checkVisit(visit, slow));
        made.findings.sort(Comparator.comparing(Finding::kind).thenComparing(Finding::target));
        return List.copyOf(made.findings);
    }

    private void checkTarget(URI target, Set<URI> pages) {
        List<URI> route = route(target);
        String way = route.stream().skip(1).map(this::shown).collect(Collectors.joining(" -> "));
        if (isLoop(route)) {
            add(Kind.BROKEN, shown(target), "redirect loop: " + way, pages);
        } else if (isTooLong(route)) {
            add(Kind.BROKEN, shown(target), "more than " + Results.MAX_REDIRECTS + " redirects", pages);
        } else if (answer(route.getLast()).orElse(null) instanceof Answer.Broken(String why, boolean temporary)) {
            add(Kind.BROKEN, shown(target), way.isEmpty() ? why : way + ": " + why, pages);
        } else if (answer(target).orElse(null) instanceof Answer.Moved(int status, URI next)) {
            add(Kind.REDIRECT, shown(target), status + " -> " + way, pages);
        }
    }

    /** A URL and where it redirects to, up to the first that does not redirect, was not visited, or closes a loop. */
    private List<URI> route(URI target) {
        var route = new ArrayList<URI>(List.of(target));
        while (answer(route.getLast()).orElse(null) instanceof Answer.Moved(int status, URI next)) {
            route.add(next);
            if (isLoop(route) || isTooLong(route)) {
                break;
            }
        }
        return route;
    }

    private static boolean isLoop(List<URI> route) {
        return new LinkedHashSet<>(route).size() < route.size();
    }

    private static boolean isTooLong(List<URI> route) {
        return route.size() > Results.MAX_REDIRECTS + 1;
    }

    private void checkAnchor(Link link, Set<URI> pages) {
        if (answer(route(link.target()).getLast()).orElse(null) instanceof Answer.Found(var page)
                && page.isPresent()
                && !page.get().hasAnchor(link.fragment())) {
            add(Kind.ANCHOR, shown(link.target()) + "#" + link.fragment(), "no such anchor in the page", pages);
        }
    }

    private void checkVisit(Visit visit, Duration slow) {
        Set<URI> pages = targets.getOrDefault(visit.url(), Set.of());
        if (visit.answer() instanceof Answer.Broken) {
            return; // reported as such, whatever it took
        }
        if (visit.attempts() > 1) {
            add(Kind.FLAKY, shown(visit.url()), "answered at attempt " + visit.attempts(), pages);
        }
        if (visit.time().compareTo(slow) > 0) {
            add(Kind.SLOW, shown(visit.url()), Durations.format(visit.time()), pages);
        }
    }

    private Optional<Answer> answer(URI url) {
        return Optional.ofNullable(results.visits().get(url)).map(Visit::answer);
    }

    private void add(Kind kind, String target, String detail, Set<URI> pages) {
        findings.add(new Finding(
                kind, target, detail, pages.stream().map(this::shown).toList()));
    }

    /** Without the host, if it is that of the start. */
    private String shown(URI url) {
        String text = url.toString();
        String root = start.resolve("/").toString();
        return text.startsWith(root) ? text.substring(root.length() - 1) : text;
    }
}
