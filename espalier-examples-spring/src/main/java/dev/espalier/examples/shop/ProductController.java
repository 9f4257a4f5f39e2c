// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

import dev.espalier.CancelScope;
import dev.espalier.TaskFailedException;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Pages of products. */
@RestController
class ProductController {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Services services;

    ProductController(Services services) {
        this.services = services;
    }

    // @start region="product"
    /** What there is in time. */
    @GetMapping("/products/{id}")
    Product product(@PathVariable int id) throws InterruptedException {
        return TaskGroup.call(o -> o.name("product"), group -> {
            var name = group.fork("name", () -> services.name(id)); // without it there is no page
            var stock = group.fork("stock", () -> stockInTime(id));
            var reviews = group.fork("reviews", () -> reviewsIfAny(id));
            return new Product(name.await(), stock.await(), reviews.await());
        });
    }

    private String stockInTime(int id) throws IOException, InterruptedException {
        return CancelScope.moveOnAfter(PATIENCE, () -> services.stock(id))
                .map(String::valueOf)
                .orElse("not known yet");
    }

    private String reviewsIfAny(int id) throws InterruptedException {
        try {
            return services.reviews(id);
        } catch (IOException e) {
            return "not available";
        }
    }
    // @end

    // @start region="complete"
    /** All or nothing: the first failure cancels the others. */
    @GetMapping("/products/{id}/complete")
    Product complete(@PathVariable int id) throws InterruptedException {
        return Tasks.zip(
                () -> services.name(id),
                () -> services.stock(id),
                () -> services.reviews(id),
                (name, stock, reviews) -> new Product(name, String.valueOf(stock), reviews));
    }

    @ExceptionHandler({TaskGroupException.class, TaskFailedException.class})
    ProblemDetail serviceFailed(RuntimeException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_GATEWAY, "A service of the shop failed: " + e.getCause());
    }
    // @end

    /** As slow as the service: the request's own timeout, or its client, decides how long that may take. */
    @GetMapping("/products/{id}/stock")
    int stock(@PathVariable int id) throws IOException, InterruptedException {
        return services.stock(id);
    }
}
