// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.Registration;
import dev.espalier.context.SnapshotPropagator;
import dev.espalier.spi.ContextPropagator;
import io.micrometer.context.ContextSnapshotFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Thread-locals that Micrometer's context-propagation knows, in tasks, where {@code espalier-context-propagation} is there: the span of Micrometer Tracing, Spring Security's context, and what
 * the application registers. For all groups of the JVM, as long as the context is open. A bean of type {@link SnapshotPropagator} takes the place of ours.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnClass({SnapshotPropagator.class, ContextSnapshotFactory.class})
@ConditionalOnProperty(name = "espalier.context.enabled", matchIfMissing = true)
public final class EspalierContextAutoConfiguration {
    /** Made by Spring. */
    EspalierContextAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    SnapshotPropagator espalierSnapshotPropagator() {
        return new SnapshotPropagator();
    }

    @Bean(destroyMethod = "close")
    Registration espalierContextRegistration(SnapshotPropagator propagator) {
        return ContextPropagator.install(propagator);
    }
}
