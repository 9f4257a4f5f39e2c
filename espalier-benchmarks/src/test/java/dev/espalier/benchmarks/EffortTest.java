// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.benchmarks.contenders.Contender;
import dev.espalier.benchmarks.pools.Borrower;
import dev.espalier.benchmarks.pools.Things;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What would otherwise be found out after an hour of measuring. */
class EffortTest {
    /** By a regular expression, since they are not here in every build. */
    private static final String CHANNELS = "Channel\\w*";

    @ParameterizedTest
    @DisplayName(
            "each class that a stage runs is a workload with a benchmark, and has the parameters that the stage sets")
    @EnumSource(Effort.class)
    void stages(Effort effort) throws Exception {
        for (int round = 1; round <= effort.rounds; round++) {
            assertThat(effort.stages(round)).isNotEmpty();
            check(effort.stages(round));
        }
    }

    private static void check(List<Effort.Stage> stages) throws Exception {
        for (Effort.Stage stage : stages) {
            for (String name : stage.classes()) {
                if (name.equals(CHANNELS)) {
                    continue;
                }
                Class<?> type = Class.forName("dev.espalier.benchmarks." + name);
                assertThat(type).isAssignableTo(Workload.class);
                assertThat(type.getDeclaredMethods()).anyMatch(method -> method.isAnnotationPresent(Benchmark.class));
                assertThat(params(type))
                        .extracting(Field::getName)
                        .containsAll(stage.params().keySet());
            }
        }
    }

    @Test
    @DisplayName("what runs in any round runs in the first one, so that a contender has a figure beside it there")
    void first() {
        Set<String> first = classes(Effort.USUAL.stages(1));
        for (int round = 2; round <= Effort.USUAL.rounds; round++) {
            assertThat(first).containsAll(classes(Effort.USUAL.stages(round)));
        }
    }

    private static Set<String> classes(List<Effort.Stage> stages) {
        return stages.stream().flatMap(stage -> stage.classes().stream()).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @DisplayName("each contender of a workload is one that there is")
    @ValueSource(
            classes = {
                ForkAndJoin.class,
                SmallGroups.class,
                TreeOfGroups.class,
                CancelParked.class,
                ParkedMemory.class,
                Timeout.class,
                TimeoutInTask.class,
                LimitedTasks.class,
                FailAmongSleepers.class,
                MapItems.class
            })
    void contenders(Class<?> type) throws Exception {
        List<String> names = List.of(
                type.getDeclaredField("contender").getAnnotation(Param.class).value());
        assertThat(names).contains("espalier", "raw");
        assertThat(names).allSatisfy(name -> assertThat(Contender.named(name)).isNotNull());
    }

    @ParameterizedTest
    @DisplayName("each pool is one that there is")
    @ValueSource(classes = PoolBorrow.class)
    void pools(Class<?> type) throws Exception {
        for (String name :
                type.getDeclaredField("contender").getAnnotation(Param.class).value()) {
            Borrower.named(name, new Things(1, /* shared= */ false)).close();
        }
    }

    @ParameterizedTest
    @DisplayName("an expression chooses by the names of classes")
    @ValueSource(strings = {"Small", "^Timeout$"})
    void chosen(String expression) {
        var chosen = new ArrayList<String>();
        Effort.SMOKE
                .stages(1)
                .forEach(stage ->
                        chosen.addAll(stage.only(Pattern.compile(expression)).classes()));
        assertThat(chosen).isNotEmpty().allMatch(name -> name.equals("SmallGroups") || name.equals("Timeout"));
    }

    private static List<Field> params(Class<?> type) {
        var fields = new ArrayList<>(List.of(type.getDeclaredFields()));
        fields.addAll(Arrays.asList(Workload.class.getDeclaredFields()));
        return fields.stream()
                .filter(field -> field.isAnnotationPresent(Param.class))
                .toList();
    }
}
