// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.internal.Strands;
import dev.espalier.spi.Backend;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    @DisplayName("an option gives a new value and leaves the old one as it was")
    void immutable() {
        var named = Options.DEFAULT.name("crawl");
        var limited = named.limit(16).timeout(Duration.ofSeconds(1)).history(0);
        assertThat(Options.DEFAULT.name()).isNull();
        assertThat(named.limit()).isEqualTo(Integer.MAX_VALUE);
        assertThat(limited.name()).isEqualTo("crawl");
        assertThat(limited.limit()).isEqualTo(16);
        assertThat(limited.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(limited.history()).isZero();
        assertThat(limited.failurePolicy()).isEqualTo(FailurePolicy.CANCEL);
        assertThat(limited.backend(Backend.platformThreads()).backend()).isSameAs(Backend.platformThreads());
    }

    @Test
    @DisplayName("an option that makes no sense is refused, and the message says what was wrong and what is expected")
    void refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.DEFAULT.limit(0))
                .withMessage("limit is 0; it must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.DEFAULT.history(-1))
                .withMessage("history is -1; it must be zero or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.DEFAULT.name(" "))
                .withMessageContaining("blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CancelPolicy.DEFAULT.reportAfter(Duration.ZERO))
                .withMessage("reportAfter is PT0S; it must be more than zero");
        assertThatNullPointerException()
                .isThrownBy(() -> Options.DEFAULT.timeout(null))
                .withMessage("timeout");
    }

    @Test
    @DisplayName("what the options operator throws leaves as it is, and nothing was opened")
    void operatorThrows() {
        var failure = new IllegalStateException("no options today");
        assertThatThrownBy(() -> TaskGroup.open(_ -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatNullPointerException().isThrownBy(() -> TaskGroup.open(_ -> null));
        assertThatNullPointerException().isThrownBy(() -> TaskGroup.run(null));
        assertThat(Strands.isKnown(Thread.currentThread())).isFalse();
    }
}
