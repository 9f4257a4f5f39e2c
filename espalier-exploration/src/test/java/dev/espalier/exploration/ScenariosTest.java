// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario holds as the machine happens to schedule it, so that none rots between explorations. */
class ScenariosTest {
    static Stream<String> names() {
        return Scenarios.all().stream().map(Scenarios::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    @DisplayName("A scenario holds without a tool")
    void holds(String name) throws Exception {
        for (int i = 0; i < 50; i++) {
            Scenarios.main(new String[] {name});
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    @DisplayName("Every scenario begins with the id of a rule")
    void ids() {
        for (Method scenario : Scenarios.all()) {
            assertThat(scenario.getAnnotation(Scenario.class).value()).matches("[A-Z]\\d+ .*");
        }
    }
}
