// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How often an owner looks before it parks. */
class PatienceTest {
    /** How many of so many waits look, and how often at most, when none of them pays. */
    private static int[] inVain(Patience patience, int waits) {
        int looked = 0;
        int most = 0;
        for (int i = 0; i < waits; i++) {
            int looks = patience.looks();
            if (looks > 0) {
                looked++;
                most = Math.max(most, looks);
                patience.didNotPay();
            }
        }
        return new int[] {looked, most};
    }

    @Test
    void asLongAsItPaysItLooksAsOftenAsItMay() {
        var patience = new Patience(200);
        for (int i = 0; i < 1_000; i++) {
            assertThat(patience.looks()).isEqualTo(200);
            patience.paid();
        }
    }

    @Test
    void waitsThatDoNotPayLookLessAndLess() {
        var patience = new Patience(2_000);
        int before = Integer.MAX_VALUE;
        int waits = 0;
        for (int looks = patience.looks(); waits < 40; looks = patience.looks()) {
            waits++;
            if (looks == 0) {
                break;
            }
            assertThat(looks).isLessThan(before);
            before = looks;
            patience.didNotPay();
        }
        assertThat(waits).isBetween(10, 35);
    }

    @Test
    void thenOneInSixtyFourTriesAgainAndTheOthersParkAtOnce() {
        var patience = new Patience(200);
        var _ = inVain(patience, 100);
        int[] later = inVain(patience, 6_400);
        assertThat(later[0]).isEqualTo(100);
        assertThat(later[1]).isEqualTo(200);
    }

    @Test
    void oneThatPaysBringsAllBack() {
        var patience = new Patience(200);
        var _ = inVain(patience, 1_000);
        while (patience.looks() == 0) {
            // parks
        }
        patience.paid();
        assertThat(patience.looks()).isEqualTo(200);
    }
}
