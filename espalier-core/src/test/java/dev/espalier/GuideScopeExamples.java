// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static dev.espalier.GuideShop.fetch;
import static dev.espalier.GuideShop.price;
import static dev.espalier.GuideShop.stock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.GuideShop.Offer;
import dev.espalier.spi.Backend;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of the guide's page for those who come from {@code StructuredTaskScope}, before and after; and what it claims of that. */
@SuppressWarnings({"FutureReturnValueIgnored", "UnusedVariable"}) // that is part of what is shown
class GuideScopeExamples {
    // @start region="scopeAfter"
    static Offer both(int id) throws InterruptedException {
        return TaskGroup.call(o -> o.name("offer").timeout(Duration.ofSeconds(2)), group -> {
            var price = group.fork(() -> price(id));
            var stock = group.fork(() -> stock(id));
            return new Offer(price.await(), stock.await()); // no join: call waits for all
        });
    }
    // @end

    // @start region="scopeAfterOpen"
    static Offer bothOpened(int id) throws InterruptedException {
        try (var group = TaskGroup.open(o -> o.name("offer").timeout(Duration.ofSeconds(2)))) {
            var price = group.fork(() -> price(id));
            var stock = group.fork(() -> stock(id));
            group.join();
            return new Offer(price.resultNow(), stock.resultNow());
        }
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: two subtasks, in both forms")
    void scope() throws Exception {
        assertThat(both(3)).isEqualTo(new Offer(30, 3)).isEqualTo(bothOpened(3));
        assertThatThrownBy(() -> both(-1)).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bothOpened(-1)).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    // @start region="scopedValues"
    static String greet() throws InterruptedException {
        return ScopedValue.where(USER, "ada")
                .call(() -> TaskGroup.<String, InterruptedException>call(
                        o -> o.inherit(USER), // named, and not all of them
                        group -> group.fork(() -> "hello " + USER.get()).await()));
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: scoped values are named")
    void scopedValues() throws Exception {
        assertThat(greet()).isEqualTo("hello ada");
    }

    // @start region="joiner"
    static List<String> untilEnough(List<String> urls, int enough) throws InterruptedException {
        var pages = new ConcurrentLinkedQueue<String>();
        TaskGroup.run(group -> {
            for (String url : urls) {
                group.fork(() -> fetch(url)).onDone(task -> {
                    if (task.state() == Future.State.SUCCESS) {
                        pages.add(task.resultNow());
                    }
                    if (pages.size() >= enough) {
                        group.cancel("enough"); // the others end; run returns normally
                    }
                });
            }
        });
        return List.copyOf(pages);
    }
    // @end

    @Test
    @DisplayName("StructuredTaskScope: a joiner of one's own")
    void joiner() throws Exception {
        assertThat(untilEnough(List.of("a", "b", "c", "d"), 2)).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    @DisplayName("StructuredTaskScope: line by line")
    void scopeCells() throws Exception {
        Callable<Integer> a = () -> 1;
        Callable<Integer> b = () -> 2;
        var factory = Thread.ofVirtual().factory();
        TaskGroup.run(
                o -> o.name("offer")
                        .timeout(Duration.ofSeconds(2))
                        .backend(Backend.of(factory))
                        .inherit(USER),
                group -> {
                    var task = group.fork(() -> price(3));
                    group.join();
                    int value = task.resultNow();
                    assertThat(value).isEqualTo(30);
                    assertThat(task.state()).isEqualTo(Future.State.SUCCESS);
                });
        try (var group = TaskGroup.open()) {
            group.fork(() -> price(3));
            group.join();
        }
        var all = Tasks.gather(a, b);
        int any = Tasks.any(a, b);
        var settled = Tasks.gatherSettled(a, b);
        TaskGroup.run(o -> o.failurePolicy(FailurePolicy.COLLECT), group -> {
            var failing = group.fork(() -> fetch("bad"));
            group.join();
            assertThat(failing.exceptionNow()).isInstanceOf(IOException.class);
        });
        try {
            TaskGroup.run(group -> group.fork(() -> fetch("bad")));
        } catch (TaskGroupException e) {
            assertThat(e.getCause()).hasMessage("404: bad");
            assertThatThrownBy(() -> e.rethrow(IOException.class)).isInstanceOf(IOException.class);
        }
        var partial = Tasks.gatherWithin(Duration.ofSeconds(2), a, b);
        assertThat(all).hasSize(2);
        assertThat(any).isBetween(1, 2);
        assertThat(settled).isEqualTo(partial);
    }
}
