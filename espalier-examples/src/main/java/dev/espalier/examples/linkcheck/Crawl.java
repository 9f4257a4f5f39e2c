// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import dev.espalier.TaskGroup;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Visits everything that can be reached from a start page, on as many threads as the limit of one group allows.
 *
 * <p>The obvious design is that the task of a page forks the tasks of the pages that it links. In a group with a limit
 * that cannot work: such a task holds a place while it waits for one, and when all places are held by tasks that wait,
 * none will ever be free (Espalier finds this and fails the fork of the last one). So only the body forks. A task
 * visits one URL, puts the result into a queue and ends; the body takes results from the queue, merges them, and forks
 * a task for each URL that is new.
 *
 * <p>The body alone touches the frontier and the results, so neither needs a lock; and as the group's method returns
 * only when every task has terminated, the report may be made of them afterwards, whether the crawl came to its end or
 * was cancelled.
 */
final class Crawl {
    private final Settings settings;
    private final Visitor visitor;
    private final URI start;
    private final Set<String> hosts;
    private final Frontier frontier;
    private final Results results = new Results();
    private final Set<URI> skipped = new HashSet<>();
    private final BlockingQueue<Visit> arrived = new LinkedBlockingQueue<>();
    private final long begin = System.nanoTime();
    private URI entry; // the start, or what it redirects to

    Crawl(Site site, Settings settings, Visitor visitor) {
        this.settings = settings;
        this.visitor = visitor;
        start = site.start();
        entry = start;
        hosts = new HashSet<>(site.hosts());
        frontier = new Frontier(settings.perHost(), settings.maxPages());
        frontier.add(start);
    }

    /**
     * Crawls. A page that fails is a result; a bug in this program fails its task, and by that the group.
     *
     * @throws InterruptedException if it is cancelled; what was found until then is in the report
     */
    void run(Progress progress) throws InterruptedException {
        TaskGroup.run(o -> o.name("crawl").limit(settings.concurrency()), group -> coordinate(group, progress));
    }

    private void coordinate(TaskGroup group, Progress progress) throws InterruptedException {
        while (true) {
            Optional<URI> next = frontier.next();
            if (next.isPresent()) {
                URI url = next.get();
                var _ = group.fork(url.toString(), () -> arrived.add(visitor.visit(url))); // waits for a place
            } else if (!frontier.isIdle()) {
                merge(arrived.take());
            } else {
                return;
            }
            mergeArrived();
            progress.update(results.visits().size(), frontier.known(), results.broken());
        }
    }

    private void mergeArrived() {
        for (Visit visit = arrived.poll(); visit != null; visit = arrived.poll()) {
            merge(visit);
        }
    }

    private void merge(Visit visit) {
        if (visit.url().equals(entry) && visit.answer() instanceof Answer.Moved(int status, URI target)) {
            entry = target; // from example.com to www.example.com: that is the site then
            hosts.add(Link.host(target));
        }
        boolean isOwn = isOwn(visit.url());
        results.add(visit, isOwn);
        frontier.visited(visit.url());
        if (visit.answer() instanceof Answer.Moved || isOwn) {
            visit.targets().forEach(this::discover);
        }
    }

    private void discover(URI url) {
        if (!isOwn(url) && !settings.external()) {
            skipped.add(url);
        } else if (results.redirectsBefore(url) <= Results.MAX_REDIRECTS) {
            frontier.add(url);
        }
    }

    private boolean isOwn(URI url) {
        return hosts.contains(Link.host(url));
    }

    /**
     * What has been found, to be called when {@link #run} has ended in whatever way.
     *
     * @param cancelled why it was cancelled, if it was
     */
    Report report(Optional<String> cancelled) {
        mergeArrived(); // what the tasks had finished, and the body had no time to take
        int visited = results.visits().size();
        Optional<String> partial = frontier.isCut()
                ? cancelled.or(() -> Optional.of("stopped after " + settings.maxPages() + " URLs (--max-pages)"))
                : cancelled;
        return new Report(
                start,
                partial,
                Findings.of(results, start, settings.slow()),
                new Report.Totals(
                        visited,
                        results.pages(),
                        results.linkCount(),
                        results.retries(),
                        skipped.size(),
                        frontier.known() - visited),
                Duration.ofNanos(System.nanoTime() - begin));
    }
}
