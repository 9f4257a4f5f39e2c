// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.internal.Census.Occupant;
import dev.espalier.internal.Deadlocks;
import dev.espalier.internal.Deadlocks.Step;
import java.util.ArrayList;
import java.util.List;

/** Circles of waits, in words. */
final class Circles {
    private Circles() {}

    static List<List<Step>> find() {
        return Deadlocks.find();
    }

    static boolean isCertain(List<Step> circle) {
        return circle.stream().allMatch(step -> step.on().isCertain());
    }

    /** One sentence for all of it. */
    static String title(List<Step> circle) {
        return (isCertain(circle) ? "deadlock: " : "deadlock, unless somebody else gives back a permit: ")
                + (circle.size() == 1
                        ? "it waits for itself"
                        : Words.count(circle.size(), "wait") + ", none of which ends before the next");
    }

    /** One line for each step. */
    static List<String> lines(List<Step> circle, int frames) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < circle.size(); i++) {
            Step step = circle.get(i);
            Occupant next = circle.get((i + 1) % circle.size()).who();
            List<String> at = Doing.of(step.who(), frames).frames();
            lines.add(Words.line(step.who() + " waits for " + step.on().what() + link(step, next)
                    + (at.isEmpty() ? "" : ", at " + at.getFirst())));
        }
        return lines;
    }

    private static String link(Step step, Occupant next) {
        if (step.on().group() != null) {
            return ", of which " + next + " is one";
        }
        return step.on().task() != null ? "" : ", held by " + next;
    }

    static String text(List<Step> circle) {
        return title(circle) + "; " + String.join("; ", lines(circle, 1));
    }
}
