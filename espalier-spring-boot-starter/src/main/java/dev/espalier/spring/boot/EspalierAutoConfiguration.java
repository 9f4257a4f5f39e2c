// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.spring.boot.internal.AppLifecycle;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The {@link ApplicationScope} of the context, which starts before the web server and ends after it. A bean of that type takes its place; it must be neither started nor have
 * {@linkplain AppOptions#signals signals}.
 *
 * @since 0.1
 */
@AutoConfiguration
@EnableConfigurationProperties(EspalierProperties.class)
public final class EspalierAutoConfiguration {
    /** Made by Spring. */
    EspalierAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    AppOptions espalierAppOptions(
            EspalierProperties properties, Environment environment, ObjectProvider<AppOptionsCustomizer> customizers) {
        EspalierProperties.Shutdown shutdown = properties.shutdown();
        AppOptions options = AppOptions.DEFAULT
                .grace(shutdown.grace())
                .hardLimit(shutdown.hardLimit())
                .hookLimit(shutdown.hookLimit())
                .signals(false);
        String name = environment.getProperty("spring.application.name");
        if (isThere(name)) {
            options = options.name(name);
        }
        for (AppOptionsCustomizer customizer : customizers.orderedStream().toList()) {
            options = customizer.customize(options);
        }
        if (options.signals()) {
            throw new IllegalStateException("an AppOptionsCustomizer has set signals(true); Spring listens to signals,"
                    + " and closes the application with its context: leave it false");
        }
        return options;
    }

    private static boolean isThere(@Nullable String name) {
        return name != null && !name.isBlank();
    }

    @Bean
    @ConditionalOnMissingBean
    ApplicationScope espalierApplicationScope(AppOptions options) {
        return ApplicationScope.create(_ -> options);
    }

    @Bean
    AppLifecycle espalierLifecycle(
            ApplicationScope app, ConfigurableApplicationContext context, EspalierProperties properties) {
        return new AppLifecycle(app, context, properties.shutdown().whenEnded());
    }
}
