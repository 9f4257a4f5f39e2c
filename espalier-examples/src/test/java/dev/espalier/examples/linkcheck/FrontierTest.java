// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class FrontierTest {
    private static final URI A1 = URI.create("http://a/1");
    private static final URI A2 = URI.create("http://a/2");
    private static final URI A3 = URI.create("http://a/3");
    private static final URI B1 = URI.create("http://b/1");

    @Test
    void aUrlIsHandedOutOnceHoweverOftenItIsAdded() {
        var frontier = new Frontier(9, 9);
        frontier.add(A1);
        frontier.add(A1);
        assertThat(frontier.next()).contains(A1);
        frontier.add(A1);
        assertThat(frontier.next()).isEmpty();
        frontier.visited(A1);
        frontier.add(A1);
        assertThat(frontier.next()).isEmpty();
        assertThat(frontier.known()).isEqualTo(1);
    }

    @Test
    void aHostAtItsLimitWaitsAndOthersDoNot() {
        var frontier = new Frontier(1, 9);
        frontier.add(A1);
        frontier.add(A2);
        frontier.add(A3);
        frontier.add(B1);
        assertThat(frontier.next()).contains(A1);
        assertThat(frontier.next()).contains(B1);
        assertThat(frontier.next()).isEmpty();
        frontier.visited(B1);
        assertThat(frontier.next()).isEmpty();
        frontier.visited(A1);
        assertThat(frontier.next()).contains(A2);
        assertThat(frontier.next()).isEmpty();
    }

    @Test
    void hostsTakeTurns() {
        var frontier = new Frontier(9, 9);
        frontier.add(A1);
        frontier.add(A2);
        frontier.add(A3);
        frontier.add(B1);
        assertThat(frontier.next()).contains(A1);
        assertThat(frontier.next()).contains(B1);
        assertThat(frontier.next()).contains(A2);
        assertThat(frontier.next()).contains(A3);
    }

    @Test
    void theFrontierIsIdleWhenAllThatWasHandedOutIsVisited() {
        var frontier = new Frontier(9, 9);
        assertThat(frontier.isIdle()).isTrue();
        frontier.add(A1);
        assertThat(frontier.next()).isPresent();
        assertThat(frontier.isIdle()).isFalse();
        frontier.visited(A1);
        assertThat(frontier.isIdle()).isTrue();
    }

    @Test
    void theFrontierIsCutWhenMoreIsKnownThanMayBeVisited() {
        var frontier = new Frontier(9, 2);
        frontier.add(A1);
        frontier.add(A2);
        assertThat(frontier.next()).isPresent();
        assertThat(frontier.next()).isPresent();
        assertThat(frontier.isCut()).isFalse();
        frontier.add(A3);
        assertThat(frontier.next()).isEmpty();
        assertThat(frontier.isCut()).isTrue();
    }
}
