// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Schedule;
import java.util.List;

/** Follows a schedule, and where that says nothing, switches only where it must. */
final class Replay implements Chooser {
    private final Schedule schedule;

    Replay(Schedule schedule) {
        this.schedule = schedule;
    }

    /** What is chosen where nothing else is said: the last one, or the one that can go on for longest. */
    static int byDefault(boolean canGoOn) {
        return canGoOn ? LAST : 0;
    }

    @Override
    public int choose(SimThread last, boolean canGoOn, List<SimThread> others) {
        int wanted = schedule.switchAt(last.number, last.points);
        if (wanted == last.number && canGoOn) {
            return LAST;
        }
        for (int i = 0; i < others.size(); i++) {
            if (others.get(i).number == wanted) {
                return i;
            }
        }
        return byDefault(canGoOn);
    }
}
