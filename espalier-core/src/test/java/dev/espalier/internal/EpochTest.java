// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** That looking up is as if nothing were remembered. */
class EpochTest {
    /** The walk, as the rules have it. */
    private static @Nullable Scope walk(Scope from) {
        for (Scope s = from; s != null; s = s.parent) {
            if (s.cause != null) {
                return s;
            }
            if (s.shield) {
                return null;
            }
        }
        return null;
    }

    /** A scope below another: a group, or a task of a group. */
    private static Scope below(Scope around, int number) {
        if (around instanceof Group group) {
            return new TaskNode<>(group, "task-" + number, new Object(), 0);
        }
        return new Group(Options.DEFAULT, (Strand) around, /* runForm= */ false);
    }

    @RepeatedTest(50)
    @DisplayName(
            "C2 C11 whatever is cancelled, shielded and looked at in whatever order, a look finds what the whole way"
                    + " up says")
    void sameAsTheWalk(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        var random = new Random(seed);
        var scopes = new ArrayList<Scope>(List.of(new ForeignStrand(null)));
        for (int i = 0; i < 60; i++) {
            scopes.add(below(scopes.get(random.nextInt(scopes.size())), i));
        }
        for (int step = 0; step < 400; step++) {
            Scope scope = scopes.get(random.nextInt(scopes.size()));
            switch (random.nextInt(20)) {
                case 0 -> {
                    boolean isFirst = scope.cause == null;
                    assertThat(scope.mark("cancelled")).isEqualTo(isFirst);
                }
                case 1, 2 -> scope.shield = true;
                case 3 -> scope.dropShield();
                default ->
                    assertThat(scope.cancelledBy())
                            .as("seed %d, step %d", seed, step)
                            .isSameAs(walk(scope));
            }
        }
    }

    @Test
    @DisplayName(
            "C2 in a deep tree a look ends at the next group that was looked at, and after a cancellation of its root"
                    + " it does not")
    void shortWays() {
        ForeignStrand root;
        Scope leaf;
        @Nullable Scope found;
        long epoch;
        do { // anybody in this JVM may cancel something meanwhile
            epoch = Epoch.now();
            root = new ForeignStrand(null);
            leaf = root;
            for (int i = 0; i < 2_000; i++) {
                leaf = below(leaf, i);
            }
            assertThat(leaf.cancelledBy()).isNull();
            root.cause = "cancelled"; // as nobody does: without saying that something has changed
            found = leaf.cancelledBy();
        } while (!Epoch.isCalm(epoch) || Epoch.now() != epoch);
        assertThat(found).isNull();
        Epoch.beginChange();
        Epoch.endChange();
        assertThat(leaf.cancelledBy()).isSameAs(root);
    }

    @Test
    @DisplayName("C2 while a change is under way nothing is remembered and nothing that was is believed")
    void underWay() {
        var root = new ForeignStrand(null);
        Scope group = below(root, 1);
        Scope task = below(group, 2);
        assertThat(task.cancelledBy()).isNull();
        Epoch.beginChange();
        try {
            assertThat(Epoch.isCalm(Epoch.now())).isFalse();
            root.cause = "cancelled";
            assertThat(task.cancelledBy()).isSameAs(root);
            root.cause = null;
            assertThat(task.cancelledBy()).isNull();
            root.cause = "cancelled";
        } finally {
            Epoch.endChange();
        }
        assertThat(task.cancelledBy()).isSameAs(root);
    }
}
