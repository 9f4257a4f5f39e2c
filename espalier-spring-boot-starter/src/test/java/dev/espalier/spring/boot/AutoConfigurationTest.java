// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.app.AppOptions;
import dev.espalier.app.ApplicationScope;
import dev.espalier.spring.boot.internal.AppLifecycle;
import dev.espalier.spring.boot.internal.CancellationResolver;
import dev.espalier.spring.boot.internal.DisconnectWatch;
import dev.espalier.spring.boot.internal.RequestGroupFilter;
import dev.espalier.spring.boot.internal.Requests;
import dev.espalier.spring.boot.internal.WatchedProtocol;
import java.time.Duration;
import java.util.List;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.handler.HandlerExceptionResolverComposite;

/** What is configured where. */
class AutoConfigurationTest {
    private static final AutoConfigurations OURS = AutoConfigurations.of(
            EspalierAutoConfiguration.class,
            EspalierTomcatAutoConfiguration.class,
            EspalierRequestAutoConfiguration.class,
            EspalierActuatorAutoConfiguration.class);

    private final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(OURS);
    private final WebApplicationContextRunner web = new WebApplicationContextRunner().withConfiguration(OURS);

    @Test
    @DisplayName("Spring Boot finds all of them")
    void imports() {
        List<String> found =
                ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).getCandidates().stream()
                        .filter(name -> name.startsWith("dev.espalier."))
                        .toList();
        assertThat(found)
                .contains(
                        EspalierAutoConfiguration.class.getName(),
                        EspalierTomcatAutoConfiguration.class.getName(),
                        EspalierRequestAutoConfiguration.class.getName(),
                        EspalierActuatorAutoConfiguration.class.getName())
                .allSatisfy(name -> assertThat(Class.forName(name)).hasAnnotation(AutoConfiguration.class));
    }

    // ---- the application

    @Test
    @DisplayName("without the web there is a started application, and nothing of requests")
    void plain() {
        plain.withPropertyValues("spring.application.name=shop").run(context -> {
            assertThat(context).hasSingleBean(ApplicationScope.class).doesNotHaveBean(Requests.class);
            ApplicationScope app = context.getBean(ApplicationScope.class);
            assertThat(app.name()).isEqualTo("shop");
            assertThat(app.fork("task", () -> {}).await()).isNull();
            context.close();
            assertThat(app.isShuttingDown()).isTrue();
            assertThat(app.awaitShutdown().isInOrder()).isTrue();
        });
    }

    @Test
    @DisplayName("the properties are those of the application's options")
    void options() {
        plain.withPropertyValues(
                        "espalier.shutdown.grace=1s",
                        "espalier.shutdown.hard-limit=2s",
                        "espalier.shutdown.hook-limit=3s")
                .run(context -> {
                    AppOptions options = context.getBean(AppOptions.class);
                    assertThat(options.grace()).isEqualTo(Duration.ofSeconds(1));
                    assertThat(options.hardLimit()).isEqualTo(Duration.ofSeconds(2));
                    assertThat(options.hookLimit()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(options.signals()).isFalse();
                    assertThat(options.name()).isEqualTo("app");
                });
    }

    @Test
    @DisplayName("customizers come after the properties")
    void customizer() {
        plain.withPropertyValues("espalier.shutdown.grace=1s")
                .withBean(AppOptionsCustomizer.class, () -> options -> {
                    assertThat(options.grace()).isEqualTo(Duration.ofSeconds(1));
                    return options.name("customized");
                })
                .run(context -> assertThat(
                                context.getBean(ApplicationScope.class).name())
                        .isEqualTo("customized"));
    }

    @Test
    @DisplayName("signals belong to Spring: a customizer that wants them is refused")
    void signals() {
        plain.withBean(AppOptionsCustomizer.class, () -> options -> options.signals(true))
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("Spring listens to signals"));
    }

    @Test
    @DisplayName("an application of the user's own takes the place of ours, and is started and ended with the context")
    void ownApplication() {
        ApplicationScope own = ApplicationScope.create(o -> o.name("own").signals(false));
        plain.withBean(ApplicationScope.class, () -> own).run(context -> {
            assertThat(context).hasSingleBean(AppLifecycle.class);
            assertThat(context.getBean(ApplicationScope.class)).isSameAs(own);
            String works = own.call(_ -> "works");
            assertThat(works).isEqualTo("works");
            context.close();
            assertThat(own.isShuttingDown()).isTrue();
        });
    }

    // ---- requests

    @Test
    @DisplayName("a servlet application has the filter, as early as the property says")
    void filter() {
        web.withPropertyValues("espalier.request.filter-order=7").run(context -> {
            assertThat(context).hasSingleBean(Requests.class).hasSingleBean(DisconnectWatch.class);
            FilterRegistrationBean<?> filter = context.getBean(FilterRegistrationBean.class);
            assertThat(filter.getFilter()).isInstanceOf(RequestGroupFilter.class);
            assertThat(filter.getOrder()).isEqualTo(7);
        });
        web.run(context -> assertThat(
                        context.getBean(FilterRegistrationBean.class).getOrder())
                .isEqualTo(org.springframework.core.Ordered.HIGHEST_PRECEDENCE + 20));
    }

    @Test
    @DisplayName("espalier.request.enabled=false leaves requests alone")
    void requestsOff() {
        web.withPropertyValues("espalier.request.enabled=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(ApplicationScope.class)
                        .doesNotHaveBean(Requests.class)
                        .doesNotHaveBean(FilterRegistrationBean.class)
                        .doesNotHaveBean(DisconnectWatch.class)
                        .doesNotHaveBean(WebServerFactoryCustomizer.class));
    }

    @Test
    @DisplayName("the cancellation of a request comes before all handlers of exceptions")
    void resolver() {
        web.withConfiguration(AutoConfigurations.of(WebMvcAutoConfiguration.class))
                .run(context -> {
                    var resolver = context.getBean("handlerExceptionResolver", HandlerExceptionResolverComposite.class);
                    assertThat(resolver.getExceptionResolvers().getFirst()).isInstanceOf(CancellationResolver.class);
                });
    }

    @Test
    @DisplayName("without Spring MVC the filter works all the same")
    void noMvc() {
        web.withClassLoader(new FilteredClassLoader(WebMvcConfigurer.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Requests.class));
    }

    @Test
    @DisplayName("without Tomcat, or if nobody wants it, connections are not looked at")
    void noWatch() {
        web.withClassLoader(new FilteredClassLoader(Tomcat.class, TomcatServletWebServerFactory.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Requests.class)
                        .doesNotHaveBean(DisconnectWatch.class));
        web.withPropertyValues("espalier.request.cancel-on-disconnect=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(Requests.class)
                        .doesNotHaveBean(DisconnectWatch.class)
                        .doesNotHaveBean(WebServerFactoryCustomizer.class));
    }

    @Test
    @DisplayName("without the servlet API a web application of another kind starts")
    void noServlet() {
        plain.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ApplicationScope.class));
        assertThat(OncePerRequestFilter.class).isNotNull(); // the prefix above is that of what the filter needs
    }

    @Test
    @DisplayName("Tomcat's own protocol is replaced, and one that somebody has chosen is not")
    void protocol() {
        web.run(context -> {
            @SuppressWarnings("unchecked")
            WebServerFactoryCustomizer<TomcatServletWebServerFactory> customizer =
                    context.getBean(WebServerFactoryCustomizer.class);
            var factory = new TomcatServletWebServerFactory();
            customizer.customize(factory);
            assertThat(factory.getProtocol()).isEqualTo(WatchedProtocol.class.getName());
            factory.setProtocol("org.apache.coyote.http11.Http11Nio2Protocol");
            customizer.customize(factory);
            assertThat(factory.getProtocol()).isEqualTo("org.apache.coyote.http11.Http11Nio2Protocol");
        });
    }

    // ---- the endpoint

    @Test
    @DisplayName("the endpoint is there only if it is exposed, and only with the actuator")
    void endpoint() {
        plain.run(context -> assertThat(context).doesNotHaveBean(TasksEndpoint.class));
        var exposed = plain.withPropertyValues("management.endpoints.web.exposure.include=tasks");
        exposed.run(context -> assertThat(context).hasSingleBean(TasksEndpoint.class));
        exposed.withPropertyValues("management.endpoint.tasks.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(TasksEndpoint.class));
        exposed.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TasksEndpoint.class));
        exposed.withUserConfiguration(OwnEndpoint.class)
                .run(context -> assertThat(context).hasSingleBean(TasksEndpoint.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEndpoint {
        @Bean
        TasksEndpoint own() {
            return new TasksEndpoint();
        }
    }
}
