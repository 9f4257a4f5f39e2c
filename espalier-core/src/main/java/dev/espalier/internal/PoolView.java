// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.internal.Holder.State;
import dev.espalier.pool.ResourcePool.Borrower;
import dev.espalier.pool.ResourcePool.Statistics;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;

/** What was seen of a slot of a pool that somebody has; for people. */
record PoolView(State state, Borrower borrower) {
    /** Under the monitor of the line. */
    static PoolView of(Holder holder, long now) {
        Party party = holder.party();
        String path = party.task() == null ? party.toString() : Pursuit.path(holder.scope);
        var age = Duration.ofNanos(now - holder.since);
        return new PoolView(holder.state, new Borrower(party, path, age, holder.site));
    }

    /**
     * The pool as its slots were seen.
     *
     * @param open how many slots there are
     * @param views those that somebody has
     */
    static Statistics statistics(int maxSize, int open, List<PoolView> views, List<Party> waiting) {
        return new Statistics(
                maxSize,
                open - views.size(),
                in(State.TAKEN, views).size(),
                in(State.CLOSING, views).size(),
                in(State.LEASED, views),
                waiting);
    }

    private static List<Borrower> in(State state, List<PoolView> views) {
        return views.stream()
                .filter(view -> view.state == state)
                .map(PoolView::borrower)
                .toList();
    }
}
