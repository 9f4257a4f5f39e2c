// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.espalier.Tasks;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** Rules K5 and L7: what a source has gone through is not kept, neither items nor results, though a group remembers its tasks for a while. */
public class ConstantMemoryTest {
    private static final int ITEMS = 4_000; // several times what a group remembers
    private static final String MANY = "it is about more tasks than a group remembers";
    private static final int LIMIT = 8;
    private static final int SLACK = 24; // threads that have handed over and have not quite ended

    /** Objects made for a run, and how many of them are still reachable. */
    private static final class Population {
        private final List<WeakReference<Object>> all = new ArrayList<>();

        synchronized Object born() {
            var object = new Object();
            all.add(new WeakReference<>(object));
            return object;
        }

        /** Returns when garbage collection has left no more than what is under way; never, if more is kept. */
        synchronized void awaitSmall() {
            Threads.until(() -> {
                System.gc();
                return all.stream().filter(ref -> ref.get() != null).count() <= LIMIT + SLACK;
            });
        }
    }

    /** Makes the items, and looks at the population in the middle and near the end. */
    private static Iterable<Object> source(Population items, Population looked) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < ITEMS;
            }

            @Override
            public Object next() {
                if (++next % (ITEMS / 2 - 1) == 0) {
                    looked.awaitSmall();
                }
                return items.born();
            }
        };
    }

    @BackendTest
    @DisplayName("K5 map, forEach and batches keep no item that has ended; map keeps its results, and nothing else")
    void items() throws Exception {
        assumeFalse(BackendExtension.isSimulated(), MANY);
        var mapped = new Population();
        assertThat(Tasks.map(source(mapped, mapped), LIMIT, Object::hashCode)).hasSize(ITEMS);
        var done = new Population();
        Tasks.forEach(source(done, done), LIMIT, _ -> {});
        var batched = new Population();
        Tasks.batches(source(batched, batched), LIMIT, _ -> {});
    }

    @BackendTest
    @DisplayName("L7 results that have been handed on are not kept by the tasks that the group remembers")
    void results() {
        assumeFalse(BackendExtension.isSimulated(), MANY);
        for (boolean ordered : new boolean[] {true, false}) {
            var results = new Population();
            var gatherer = ordered
                    ? Tasks.<Object, Object>mapConcurrent(LIMIT, _ -> results.born())
                    : Tasks.<Object, Object>mapConcurrentUnordered(LIMIT, _ -> results.born());
            var items = source(new Population(), results).iterator();
            assertThat(Stream.iterate(items.next(), _ -> items.hasNext(), _ -> items.next())
                            .gather(gatherer)
                            .filter(result -> result != null)
                            .count())
                    .isEqualTo(ITEMS - 1);
        }
    }
}
