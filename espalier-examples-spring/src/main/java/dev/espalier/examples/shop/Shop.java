// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

/** The application. */
@SpringBootApplication(proxyBeanMethods = false)
class Shop {
    private final Environment environment;

    Shop(Environment environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        SpringApplication.run(Shop.class, args);
    }

    @EventListener(ApplicationReadyEvent.class)
    void sayWhatToTry() {
        System.out.printf("""

            The shop is open. Try, from another terminal:
              curl -i localhost:%1$s/products/7               what there is in time: the stock is slow, the reviews fail
              curl -i localhost:%1$s/products/7/complete      all or nothing: the reviews fail, and nobody waits for the stock
              curl -i -H 'X-Request-Timeout: 300ms' localhost:%1$s/products/7/stock
              curl -m 1 localhost:%1$s/products/7/stock       gives up after a second; the log says that it was noticed
              curl -H 'Accept: text/plain' localhost:%1$s/actuator/tasks
            Ctrl-C closes it.
            %n\
            """, environment.getProperty("local.server.port"));
    }
}
