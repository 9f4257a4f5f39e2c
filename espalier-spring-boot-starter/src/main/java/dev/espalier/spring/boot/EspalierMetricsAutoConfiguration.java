// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.micrometer.EspalierMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Metrics of groups and tasks, where {@code espalier-micrometer} and a meter registry are there. Spring Boot binds them to each registry. A bean of type {@link EspalierMetrics}, with options of its own,
 * takes their place.
 *
 * @since 0.1
 */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({EspalierMetrics.class, MeterRegistry.class})
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnProperty(name = "espalier.metrics.enabled", matchIfMissing = true)
public final class EspalierMetricsAutoConfiguration {
    /** Made by Spring. */
    EspalierMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EspalierMetrics espalierMetrics() {
        return new EspalierMetrics();
    }
}
