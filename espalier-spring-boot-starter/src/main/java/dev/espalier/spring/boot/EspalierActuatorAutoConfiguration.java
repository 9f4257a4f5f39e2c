// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * The actuator's endpoint {@code tasks}, where it is exposed.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(TasksEndpoint.class)
public final class EspalierActuatorAutoConfiguration {
    /** Made by Spring. */
    EspalierActuatorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    TasksEndpoint tasksEndpoint() {
        return new TasksEndpoint();
    }
}
