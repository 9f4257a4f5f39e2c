// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Backoff;
import dev.espalier.TaskGroup;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.RestartPolicy;
import dev.espalier.spring.boot.AppOptionsCustomizer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What the guide and the Javadoc show. */
@SpringBootTest(classes = SpringExamples.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT)
class SpringExamples {
    private static final ScopedValue<String> TENANT = ScopedValue.newInstance();

    /** A queue of orders in some broker. */
    static final class Broker implements AutoCloseable {
        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        String take() throws InterruptedException {
            return queue.take();
        }

        @Override
        public void close() {}
    }

    // @start region="component"
    @Component
    static class Orders {
        private static final RestartPolicy RECONNECT = RestartPolicy.onFailure(
                Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30)),
                /* max= */ 5,
                Duration.ofMinutes(10));

        private final Broker broker;
        private final List<String> handled = new CopyOnWriteArrayList<>();

        Orders(ApplicationScope app, Broker broker) {
            this.broker = broker;
            app.onStartup("orders", () -> app.forkDaemon("orders", RECONNECT, this::consume));
        }

        private void consume() throws InterruptedException {
            while (true) {
                handled.add(broker.take()); // six failures in ten minutes, and the application ends
            }
        }
    }
    // @end

    @RestController
    static class Pages {
        // @start region="controller"
        @GetMapping("/orders/{id}")
        String order(@PathVariable int id) throws InterruptedException {
            return TaskGroup.call(
                    group -> { // below the group of the request
                        var customer = group.fork(() -> loadCustomer(id));
                        var lines = group.fork(() -> loadLines(id));
                        return customer.await() + ": " + lines.await();
                    });
        }
        // @end

        // @start region="parameter"
        @GetMapping("/orders/{id}/lines")
        String lines(@PathVariable int id, TaskGroup group) throws InterruptedException {
            var lines = group.fork(() -> loadLines(id));
            group.fork(() -> countView(id)); // nobody awaits it: the request does, and fails if it fails
            return lines.await();
        }
        // @end

        private final List<Integer> views = new CopyOnWriteArrayList<>();

        private String loadCustomer(int id) {
            return "customer of " + id;
        }

        private String loadLines(int id) {
            return id + " trellises";
        }

        private void countView(int id) {
            views.add(id);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Orders.class, Pages.class})
    static class Application {
        @Bean
        Broker broker() {
            return new Broker();
        }

        // @start region="customizer"
        @Bean
        AppOptionsCustomizer tenants() {
            return options -> options.taskOptions(o -> o.inherit(TENANT));
        }
        // @end
    }

    @LocalServerPort
    private int port;

    private String get(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    @DisplayName("controllers")
    void controllers(@Autowired Pages pages) throws Exception {
        assertThat(get("/orders/7")).isEqualTo("customer of 7: 7 trellises");
        assertThat(get("/orders/8/lines")).isEqualTo("8 trellises");
        while (pages.views.isEmpty()) {
            Thread.onSpinWait(); // the answer may be on its way before the request ends
        }
        assertThat(pages.views).containsExactly(8);
    }

    @Test
    @DisplayName("a component with a task in the background")
    void component(@Autowired Orders orders, @Autowired Broker broker) {
        broker.queue.add("7 trellises");
        while (orders.handled.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(orders.handled).containsExactly("7 trellises");
    }

    @Test
    @DisplayName("options without a property")
    void customizer(@Autowired ApplicationScope app) throws Exception {
        String tenant = ScopedValue.where(TENANT, "acme")
                .call(() -> app.call(group -> group.fork(TENANT::get).await()));
        assertThat(tenant).isEqualTo("acme");
    }
}
