// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.sync.CapacityLimiter;
import dev.espalier.sync.Condition;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Permit;
import dev.espalier.sync.RateLimiter;
import dev.espalier.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's pages on retries and synchronization: what is shown is what runs here. */
@SuppressWarnings("FutureReturnValueIgnored") // a group awaits its tasks and throws their failures
class GuideSyncExamples {
    private final AtomicInteger calls = new AtomicInteger();

    private String get(String url) throws IOException {
        if (calls.incrementAndGet() < 3) {
            throw new IOException("503 from " + url);
        }
        return "page";
    }

    // @start region="retry"
    private static final Retry POLICY = Retry.attempts(4)
            .backoff(Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(2)))
            .attemptTimeout(Duration.ofSeconds(5))
            .overallTimeout(Duration.ofSeconds(20))
            .retryOn(IOException.class);

    String fetch(String url) throws IOException, InterruptedException {
        return POLICY.call(() -> get(url)); // throws the last IOException, with the earlier ones suppressed
    }
    // @end

    @Test
    @DisplayName("retry with backoff and timeouts")
    void retry() throws Exception {
        assertThat(fetch("https://localhost")).isEqualTo("page");
        assertThat(calls).hasValue(3);
    }

    static final class TooManyRequests extends IOException {
        private static final long serialVersionUID = 1;
        private final transient Optional<Duration> retryAfter;

        TooManyRequests(Optional<Duration> retryAfter) {
            this.retryAfter = retryAfter;
        }

        Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    private String post(String order) throws IOException {
        if (calls.incrementAndGet() == 1) {
            throw new TooManyRequests(Optional.of(Duration.ofMillis(1)));
        }
        return "accepted " + order;
    }

    // @start region="retryAfter"
    String submit(String order, List<String> log) throws IOException, InterruptedException {
        return Retry.attempts(5)
                .retryAfter(e -> e instanceof TooManyRequests refused ? refused.retryAfter() : Optional.empty())
                .onRetry(a -> log.add("attempt " + a.number() + " failed; the next one in " + a.delay()))
                .call(() -> post(order));
    }
    // @end

    @Test
    @DisplayName("a delay that the server names")
    void retryAfter() throws Exception {
        var log = new ArrayList<String>();
        assertThat(submit("7", log)).isEqualTo("accepted 7");
        assertThat(log).containsExactly("attempt 1 failed; the next one in PT0.001S");
    }

    static final class Accounts {
        // @start region="lock"
        private final Lock lock = new Lock("accounts");
        private final List<String> journal = new ArrayList<>();

        void book(String entry) throws InterruptedException {
            try (var _ = lock.acquire()) { // a cancelled task does not wait on
                journal.add(entry);
                Tasks.sleep(Duration.ofMillis(1)); // may block: the others wait, in their order
            }
        }
        // @end
    }

    @Test
    @DisplayName("one task at a time")
    void lock() throws Exception {
        var accounts = new Accounts();
        TaskGroup.run(group -> {
            for (int i = 0; i < 10; i++) {
                group.fork(() -> accounts.book("entry"));
            }
        });
        assertThat(accounts.journal).hasSize(10);
    }

    private final AtomicInteger connections = new AtomicInteger();

    private String query(String sql) throws InterruptedException {
        assertThat(connections.incrementAndGet()).isLessThanOrEqualTo(3);
        Tasks.sleep(Duration.ofMillis(1));
        connections.decrementAndGet();
        return sql;
    }

    // @start region="semaphore"
    private final Semaphore slots = new Semaphore("database", 3);

    String run(String sql) throws InterruptedException {
        try (var _ = slots.acquire()) {
            return query(sql); // at most three at once, whoever calls
        }
    }

    Optional<String> runIfIdle(String sql) throws InterruptedException {
        try (Permit permit = slots.tryAcquire().orElse(null)) { // never blocks
            return permit == null ? Optional.empty() : Optional.of(query(sql));
        }
    }
    // @end

    @Test
    @DisplayName("so many at a time")
    void semaphore() throws Exception {
        TaskGroup.run(group -> {
            for (int i = 0; i < 20; i++) {
                group.fork(() -> run("select 1"));
            }
        });
        assertThat(runIfIdle("select 2")).contains("select 2");
        assertThat(slots.availablePermits()).isEqualTo(3);
    }

    // @start region="timeout"
    Optional<String> runSoon(String sql) throws InterruptedException {
        try (var _ = slots.acquire(Duration.ofMillis(50))) {
            return Optional.of(query(sql));
        } catch (DeadlineExceededException e) { // no slot was free in time
            return Optional.empty();
        }
    }
    // @end

    @Test
    @DisplayName("acquire with a timeout")
    void timeout() throws Exception {
        assertThat(runSoon("select 1")).isPresent();
        try (var _ = slots.acquire();
                var _ = slots.acquire();
                var _ = slots.acquire()) {
            assertThat(runSoon("select 1")).isEmpty();
        }
    }

    // @start region="capacity"
    private final CapacityLimiter tenants = new CapacityLimiter("tenants", 10);

    String serve(String tenant, String sql) throws InterruptedException {
        try (var _ = tenants.acquireOnBehalfOf(tenant)) { // one query of each tenant, ten of all together
            return query(sql);
        }
    }

    void degrade(boolean overloaded) {
        tenants.totalTokens(overloaded ? 2 : 10); // at run time; who has a token keeps it
    }
    // @end

    @Test
    @DisplayName("tokens that are raised and lowered")
    void capacity() throws Exception {
        degrade(true);
        assertThat(serve("a", "select 1")).isEqualTo("select 1");
        try (var _ = tenants.acquireOnBehalfOf("a")) {
            assertThatThrownBy(() -> serve("a", "select 1")).isInstanceOf(IllegalStateException.class);
        }
        degrade(false);
        assertThat(tenants.availableTokens()).isEqualTo(10);
    }

    // @start region="rate"
    private final RateLimiter rate = new RateLimiter(1_000, Duration.ofSeconds(1), /* burst= */ 10);

    void crawl(List<String> urls) throws InterruptedException {
        TaskGroup.run(
                o -> o.limit(8),
                group -> { // at most 8 at once
                    for (var url : urls) {
                        rate.acquire(); // and at most 1,000 a second
                        group.fork(() -> visit(url));
                    }
                });
    }
    // @end

    private final List<String> visited = Collections.synchronizedList(new ArrayList<>());

    private void visit(String url) {
        visited.add(url);
    }

    @Test
    @DisplayName("so many in a time")
    void rate() throws Exception {
        long began = System.nanoTime();
        crawl(Collections.nCopies(30, "https://localhost"));
        assertThat(visited).hasSize(30);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }

    // @start region="event"
    static List<String> startTogether(int racers) throws InterruptedException {
        var times = Collections.synchronizedList(new ArrayList<String>());
        var start = new Event("start");
        TaskGroup.run(group -> {
            for (int i = 0; i < racers; i++) {
                var name = "racer " + i;
                group.fork(name, () -> {
                    start.await(); // all wait for the same moment
                    times.add(name);
                });
            }
            start.set(); // never blocks; who comes later does not wait
        });
        return times;
    }
    // @end

    @Test
    @DisplayName("something that happens once")
    void event() throws Exception {
        assertThat(startTogether(4)).containsExactlyInAnyOrder("racer 0", "racer 1", "racer 2", "racer 3");
    }

    // @start region="condition"
    static final class Mailbox<T> {
        private final Lock lock = new Lock("mailbox");
        private final Condition arrived = new Condition(lock);
        private final ArrayDeque<T> letters = new ArrayDeque<>();

        void put(T letter) throws InterruptedException {
            try (var _ = lock.acquire()) {
                letters.add(letter);
                arrived.signal();
            }
        }

        T take() throws InterruptedException {
            try (var _ = lock.acquire()) {
                arrived.await(() -> !letters.isEmpty()); // gives the lock up while it waits
                return letters.remove();
            }
        }
    }
    // @end

    @Test
    @DisplayName("waiting under a lock")
    void condition() throws Exception {
        var mailbox = new Mailbox<String>();
        TaskGroup.run(group -> {
            var first = group.fork(mailbox::take);
            var second = group.fork(mailbox::take);
            mailbox.put("a");
            mailbox.put("b");
            assertThat(List.of(first.await(), second.await())).containsExactlyInAnyOrder("a", "b");
        });
    }
}
