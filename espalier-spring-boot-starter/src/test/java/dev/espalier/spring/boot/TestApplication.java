// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** An application with the {@link Desk}, as a user has it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Desk.class)
class TestApplication {
    /** Started on a free port, with properties; to be closed. */
    static ConfigurableApplicationContext start(String... properties) {
        return start(WebApplicationType.SERVLET, List.of(TestApplication.class), properties);
    }

    static ConfigurableApplicationContext start(WebApplicationType type, List<Class<?>> sources, String... properties) {
        var arguments = new ArrayList<String>();
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
                .web(type)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new));
    }

    static int port(ConfigurableApplicationContext context) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }
}
