// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The properties, and what editors are told of them. */
class PropertiesTest {
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EspalierAutoConfiguration.class));

    @Test
    @DisplayName("each property is described, with its type and its default, and nothing else is")
    void metadata() throws IOException {
        Map<String, RecordComponent> properties = properties("espalier", EspalierProperties.class);
        Map<String, Map<String, Object>> described = described("properties");
        assertThat(described.keySet()).isEqualTo(properties.keySet()).hasSizeGreaterThan(10);
        properties.forEach((name, property) -> {
            Map<String, Object> description = described.get(name);
            assertThat((String) description.get("description"))
                    .as(name)
                    .endsWith(".")
                    .hasSizeGreaterThan(20);
            assertThat(description.get("type")).as(name).isEqualTo(type(property));
            assertThat(description.get("sourceType"))
                    .as(name)
                    .isEqualTo(property.getDeclaringRecord().getName());
            DefaultValue value = property.getDeclaringRecord()
                    .getDeclaredConstructors()[0]
                    .getParameters()[index(property)]
                    .getAnnotation(DefaultValue.class);
            Object expected = value == null || value.value().length == 0 ? null : value.value()[0];
            assertThat(
                            description.get("defaultValue") == null
                                    ? null
                                    : description.get("defaultValue").toString())
                    .as(name)
                    .isEqualTo(expected);
        });
    }

    @Test
    @DisplayName("each group of properties is described")
    void groups() throws IOException {
        assertThat(described("groups").keySet())
                .containsExactlyInAnyOrder(
                        "espalier",
                        "espalier.request",
                        "espalier.shutdown",
                        "espalier.transaction",
                        "espalier.metrics",
                        "espalier.context");
        described("groups")
                .values()
                .forEach(group -> assertThat((String) group.get("type"))
                        .satisfies(type -> assertThat(Class.forName(type)).isNotNull()));
    }

    @Test
    @DisplayName("the guide lists each property with its default")
    void guide() throws IOException {
        String page = java.nio.file.Files.readString(java.nio.file.Path.of("../docs/guide/spring-boot.md"));
        described("properties").forEach((name, description) -> {
            Object value = description.get("defaultValue");
            assertThat(page).contains("| `" + name + "` | " + (value == null ? "" : "`" + value + "`"));
        });
    }

    @Test
    @DisplayName("what is not set has its default")
    void defaults() {
        runner.run(context -> {
            EspalierProperties properties = context.getBean(EspalierProperties.class);
            assertThat(properties.request().timeout()).isNull();
            assertThat(properties.request().timeoutHeader()).isEqualTo("X-Request-Timeout");
            assertThat(properties.request().exclude()).isEmpty();
            assertThat(properties.request().disconnectCheckInterval()).isEqualTo(Duration.ofMillis(500));
            assertThat(properties.shutdown().whenEnded()).isEqualTo(EspalierProperties.WhenEnded.CLOSE_CONTEXT);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "espalier.request.timeout=0, espalier.request.timeout is PT0S; it must be more than zero",
        "espalier.request.max-timeout=-1s, espalier.request.max-timeout is PT-1S; it must be more than zero",
        "espalier.request.disconnect-check-interval=0, espalier.request.disconnect-check-interval is PT0S; it must be"
                + " more than zero",
        "espalier.shutdown.grace=-1s, espalier.shutdown.grace is PT-1S; it must be zero or more",
        "espalier.shutdown.hard-limit=-1s, espalier.shutdown.hard-limit is PT-1S; it must be zero or more",
        "espalier.shutdown.hook-limit=0, espalier.shutdown.hook-limit is PT0S; it must be more than zero",
    })
    @DisplayName("a value that cannot be is refused when the context starts, with what it must be")
    void wrong(String property, String message) {
        runner.withPropertyValues(property)
                .run(context ->
                        assertThat(context).hasFailed().getFailure().rootCause().hasMessage(message));
    }

    @Test
    @DisplayName("a timeout that is longer than the maximum is refused")
    void contradiction() {
        runner.withPropertyValues("espalier.request.timeout=2s", "espalier.request.max-timeout=1s")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("longer than espalier.request.max-timeout, which is PT1S"));
    }

    private static String type(RecordComponent property) {
        Class<?> type = property.getType();
        if (type == List.class) {
            return "java.util.List<java.lang.String>";
        }
        return type == boolean.class ? "java.lang.Boolean" : type == int.class ? "java.lang.Integer" : type.getName();
    }

    private static int index(RecordComponent property) {
        List<RecordComponent> all = List.of(property.getDeclaringRecord().getRecordComponents());
        return all.stream().map(RecordComponent::getName).toList().indexOf(property.getName());
    }

    private static Map<String, RecordComponent> properties(String prefix, Class<?> type) {
        var found = new TreeMap<String, RecordComponent>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "."
                    + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            if (component.getType().isRecord()) {
                found.putAll(properties(name, component.getType()));
            } else {
                found.put(name, component);
            }
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> described(String section) throws IOException {
        try (InputStream in =
                EspalierProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            Map<String, Object> all = JsonParserFactory.getJsonParser()
                    .parseMap(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            var found = new LinkedHashMap<String, Map<String, Object>>();
            for (Object each : (List<Object>) all.get(section)) {
                var map = (Map<String, Object>) each;
                assertThat(found.put((String) map.get("name"), map)).isNull();
            }
            return new TreeMap<>(found);
        }
    }
}
