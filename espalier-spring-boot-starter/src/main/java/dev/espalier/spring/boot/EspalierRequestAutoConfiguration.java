// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.app.AppOptions;
import dev.espalier.spring.boot.internal.CancellationResolver;
import dev.espalier.spring.boot.internal.DisconnectWatch;
import dev.espalier.spring.boot.internal.GroupArgumentResolver;
import dev.espalier.spring.boot.internal.RequestGroupFilter;
import dev.espalier.spring.boot.internal.Requests;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A group for each request of a servlet application: a filter, and for Spring MVC what keeps exception handlers from a cancellation, and gives the group to controllers that ask for it.
 *
 * @since 0.1
 */
@AutoConfiguration(after = {EspalierAutoConfiguration.class, EspalierTomcatAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({OncePerRequestFilter.class, WebServerApplicationContext.class})
@ConditionalOnProperty(name = "espalier.request.enabled", matchIfMissing = true)
public final class EspalierRequestAutoConfiguration {
    /** Made by Spring. */
    EspalierRequestAutoConfiguration() {}

    @Bean
    Requests espalierRequests(AppOptions options) {
        return new Requests(options);
    }

    @Bean
    FilterRegistrationBean<RequestGroupFilter> espalierRequestFilter(
            Requests requests, EspalierProperties properties, ObjectProvider<DisconnectWatch> watch) {
        var filter = new RequestGroupFilter(requests, properties.request(), watch.getIfAvailable());
        var registration = new FilterRegistrationBean<>(filter);
        registration.setOrder(properties.request().filterOrder());
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        registration.setAsyncSupported(true);
        return registration;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebMvcConfigurer.class)
    static class Mvc implements WebMvcConfigurer {
        @Override
        public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
            resolvers.addFirst(new CancellationResolver());
        }

        @Override
        public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
            resolvers.add(new GroupArgumentResolver());
        }
    }
}
