// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.spring.boot.internal.DisconnectWatch;
import dev.espalier.spring.boot.internal.Requests;
import dev.espalier.spring.boot.internal.WatchedProtocol;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.http11.Http11NioProtocol;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Cancels requests whose clients have disconnected, with Tomcat and HTTP/1.1: its protocol gets a subclass that lets connections be looked at. A protocol that the application has chosen stays.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EspalierAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({TomcatServletWebServerFactory.class, Http11NioProtocol.class, OncePerRequestFilter.class})
@ConditionalOnProperty(
        name = {"espalier.request.enabled", "espalier.request.cancel-on-disconnect"},
        matchIfMissing = true)
public final class EspalierTomcatAutoConfiguration {
    /** Made by Spring. */
    EspalierTomcatAutoConfiguration() {}

    @Bean
    DisconnectWatch espalierDisconnectWatch(Requests requests, EspalierProperties properties) {
        return new DisconnectWatch(requests, properties.request().disconnectCheckInterval());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> espalierTomcatCustomizer() {
        return factory -> {
            if (factory.getProtocol().equals(TomcatWebServerFactory.DEFAULT_PROTOCOL)) {
                factory.setProtocol(WatchedProtocol.class.getName());
            } else {
                LogFactory.getLog(EspalierTomcatAutoConfiguration.class)
                        .info("Tomcat's protocol is " + factory.getProtocol()
                                + "; requests by it are not cancelled when their clients disconnect");
            }
        };
    }
}
