// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import dev.espalier.app.ApplicationScope;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The three services that the shop asks. They end with the application, when the last request and task has ended. */
@Component
class Services {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Service catalogue;
    private final Service stock;
    private final Service reviews;

    Services(ApplicationScope app, @Value("${shop.stock-delay:3s}") Duration stockDelay) throws IOException {
        app.manage("HTTP client", client);
        catalogue = app.manage("catalogue", Service.answering("a trellis", Duration.ofMillis(20)));
        stock = app.manage("stock", Service.answering("12", stockDelay));
        reviews = app.manage("reviews", Service.failing());
    }

    String name(int id) throws IOException, InterruptedException {
        return get(catalogue, id);
    }

    int stock(int id) throws IOException, InterruptedException {
        return Integer.parseInt(get(stock, id));
    }

    String reviews(int id) throws IOException, InterruptedException {
        return get(reviews, id);
    }

    /** Blocks, and ends when it is interrupted: there is nothing here about cancellation. */
    private String get(Service service, int id) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(service.uri().resolve("products/" + id)).build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(request.uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }
}
