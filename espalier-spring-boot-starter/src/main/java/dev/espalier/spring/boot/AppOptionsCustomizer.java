// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.app.AppOptions;

/**
 * A bean that changes the options of the {@link dev.espalier.app.ApplicationScope}, after the properties: for options that no property sets, such as an observer or what tasks inherit.
 *
 * {@snippet class="dev.espalier.spring.boot.examples.SpringExamples" region="customizer"}
 *
 * <p>Beans are asked in their {@linkplain org.springframework.core.annotation.Order order}. The {@linkplain AppOptions#taskOptions task options} hold for the groups of requests too.
 *
 * <p>Pitfall: {@link AppOptions#signals}. Spring has a shutdown hook of its own, which closes the context and with it the application; a second one would close things under the first. So
 * {@code true} is refused.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface AppOptionsCustomizer {
    /**
     * Changes the options.
     *
     * @param options as they are so far
     * @return as they are to be
     */
    AppOptions customize(AppOptions options);
}
