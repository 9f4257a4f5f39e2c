// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.Test;

/** The code that the Javadoc and the guide show. */
class GuideChannelsExamples {
    record Order(int id) {}

    record Invoice(int id) {}

    private static Invoice invoice(Order order) {
        return new Invoice(order.id());
    }

    @Test
    void channel() throws Exception {
        var written = new ArrayList<Invoice>();
        // @start region="channel"
        Channel<Order> orders = Channel.buffered(16);
        TaskGroup.run(group -> {
            var _ = group.fork("clerk", () -> orders.forEach(order -> written.add(invoice(order))));
            orders.send(new Order(1)); // waits if 16 orders are waiting
            orders.send(new Order(2));
            orders.close(); // the clerk ends when it has received both
        });
        // @end
        assertThat(written).containsExactly(new Invoice(1), new Invoice(2));
    }

    @Test
    void produce() throws Exception {
        // @start region="produce"
        List<Integer> firstSquares = TaskGroup.call(group -> {
            Source<Integer> squares = Source.produce(group, 8, sink -> {
                for (int i = 1; ; i++) {
                    sink.send(i * i);
                }
            });
            return squares.stream().limit(4).toList();
        }); // nobody is left to receive, so the producer has been cancelled
        // @end
        assertThat(firstSquares).containsExactly(1, 4, 9, 16);
    }

    @Test
    void fan() throws Exception {
        Producer<Order> web = sink -> sink.send(new Order(1));
        Producer<Order> phone = sink -> sink.send(new Order(2));
        Channel<Invoice> invoices = Channel.unlimited();
        // @start region="fan"
        TaskGroup.run(group -> {
            Source<Order> orders = Source.produce(group, 16, o -> o.name("orders"), List.of(web, phone)); // fan-in
            for (int i = 0; i < 4; i++) {
                group.fork("clerk-" + i, () -> orders.forEach(order -> invoices.send(invoice(order)))); // fan-out
            }
        });
        // @end
        assertThat(invoices.statistics().sent()).isEqualTo(2);
    }

    @Test
    void pipeline() throws Exception {
        List<Integer> ids = List.of(3, 1, 2);
        // @start region="pipeline"
        List<String> lines = Pipeline.of(ids)
                .map("load", 8, id -> load(id)) // eight at once, in the order of the ids
                .buffer(32)
                .mapUnordered("invoice", 2, order -> invoice(order)) // two at once, as they are ready
                .map("print", 1, invoice -> "invoice " + invoice.id())
                .toList();
        // @end
        assertThat(lines).containsExactlyInAnyOrder("invoice 3", "invoice 1", "invoice 2");
    }

    private static Order load(int id) {
        return new Order(id);
    }

    @Test
    void consume() throws Exception {
        Pipeline<Order> search = Pipeline.produced("search", sink -> {
            for (int i = 0; ; i++) {
                sink.send(new Order(i));
            }
        });
        // @start region="consume"
        Optional<? extends Order> found = search.map("load", 8, order -> load(order.id()))
                .consume(orders -> orders.stream()
                        .filter(order -> order.id() == 42)
                        .findFirst()); // the stages are cancelled, and have ended
        // @end
        assertThat(found.orElseThrow()).isEqualTo(new Order(42));
    }

    @Test
    void expand() throws Exception {
        List<List<Integer>> pages = List.of(List.of(1, 2), List.of(), List.of(3));
        // @start region="expand"
        List<Integer> items = Pipeline.of(pages)
                .<Integer>expand("items", 1, (page, sink) -> sink.sendAll(page)) // any number for each
                .merge(Pipeline.of(List.of(4)))
                .toList();
        // @end
        assertThat(items).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Test
    void select() throws Exception {
        Channel<Order> orders = Channel.buffered(1);
        Channel<String> commands = Channel.buffered(1);
        orders.send(new Order(1));
        // @start region="select"
        String what = Select.any(
                Clause.receive(orders, order -> "order " + order.id()),
                Clause.receive(commands, command -> "command " + command),
                Clause.timeout(Duration.ofSeconds(30), () -> "nothing for half a minute"));
        // @end
        assertThat(what).isEqualTo("order 1");
    }

    @Test
    void timeout() throws Exception {
        Channel<Order> orders = Channel.buffered(1);
        orders.send(new Order(1));
        // @start region="timeout"
        Optional<Order> order = CancelScope.moveOnAfter(Duration.ofSeconds(1), orders::receive);
        // @end
        assertThat(order).isPresent();
    }

    @Test
    void options() throws Exception {
        // @start region="options"
        Channel<Order> orders = Channel.buffered(100, o -> o.name("orders").stalledAfter(Duration.ofSeconds(30)));
        Channel.Statistics now = orders.statistics(); // sent, received, buffered, who waits on which side
        // @end
        assertThat(now.name()).isEqualTo("orders");
    }

    @Test
    void flow() throws Exception {
        var prices = new SubmissionPublisher<Integer>();
        var seen = new ArrayList<Integer>();
        // @start region="flow"
        TaskGroup.run(group -> {
            Source<Integer> incoming = Source.from(group, 64, prices); // asks for 64, then for one as each is received
            Flow.Publisher<Integer> outgoing = incoming.toPublisher(group); // receives what a subscriber asks for
            Source<Integer> again = Source.from(group, 8, outgoing);
            var _ = group.fork(() -> again.forEach(seen::add));
            publish(prices);
        });
        // @end
        assertThat(seen).containsExactly(20, 22);
    }

    private static void publish(SubmissionPublisher<Integer> prices) {
        while (!prices.hasSubscribers()) {
            Thread.yield();
        }
        int _ = prices.submit(20);
        int _ = prices.submit(22);
        prices.close();
    }
}
