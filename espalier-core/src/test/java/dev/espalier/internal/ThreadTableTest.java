// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where strands of foreign threads are found. */
class ThreadTableTest {
    private static List<Thread> threads(int count) {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().unstarted(() -> {}));
        }
        return threads;
    }

    @Test
    void manyMoreThreadsThanPlacesAreFoundAndRemovedInAnyOrder() {
        var table = new ThreadTable();
        var threads = threads(1_000);
        var strands = threads.stream().map(ForeignStrand::new).toList();
        for (int i = 0; i < threads.size(); i++) {
            assertThat(table.get(threads.get(i))).isNull();
            table.put(threads.get(i), strands.get(i));
        }
        assertThat(table.all()).containsExactlyInAnyOrderElementsOf(strands);
        for (int i = 0; i < threads.size(); i += 2) { // some in the table, some in the map
            table.remove(threads.get(i), strands.get(i));
        }
        for (int i = 0; i < threads.size(); i++) {
            assertThat(table.get(threads.get(i))).isSameAs(i % 2 == 0 ? null : strands.get(i));
        }
        for (int i = 1; i < threads.size(); i += 2) {
            table.remove(threads.get(i), strands.get(i));
        }
        assertThat(table.all()).isEmpty();
    }

    @Test
    void onlyTheStrandThatIsThereIsRemoved() {
        var table = new ThreadTable();
        var thread = threads(1).getFirst();
        var strand = new ForeignStrand(thread);
        table.put(thread, strand);
        table.remove(thread, new ForeignStrand(thread));
        assertThat(table.get(thread)).isSameAs(strand);
    }

    @Test
    void threadsThatComeAndGoAtOnceFindThemselvesAndNobodyElse() throws Exception {
        var table = new ThreadTable();
        var wrong = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 300; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                Thread me = Thread.currentThread();
                for (int i = 0; i < 200; i++) {
                    var mine = new ForeignStrand(me);
                    table.put(me, mine);
                    Thread.yield();
                    if (table.get(me) != mine) {
                        wrong.incrementAndGet();
                    }
                    table.remove(me, mine);
                    if (table.get(me) != null) {
                        wrong.incrementAndGet();
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
        assertThat(table.all()).isEmpty();
    }
}
