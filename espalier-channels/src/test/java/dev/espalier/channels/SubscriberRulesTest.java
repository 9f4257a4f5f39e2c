// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.AfterMethod;

/** Rule N8: the subscriber behind {@link Source#from} keeps the rules of reactive streams, by their own tests (TCK), which are written for TestNG. */
@SuppressWarnings("exports") // a test on the class path
public class SubscriberRulesTest extends FlowSubscriberBlackboxVerification<Integer> {
    private OpenGroups groups = new OpenGroups();

    public SubscriberRulesTest() {
        super(new TestEnvironment(/* defaultTimeoutMillis= */ 2_000, /* defaultNoSignalsTimeoutMillis= */ 50));
    }

    @AfterMethod
    public void endGroups() throws InterruptedException {
        groups.end();
        groups = new OpenGroups();
    }

    @Override
    @SuppressWarnings("unchecked") // the subscriber that it made itself
    public Flow.Subscriber<Integer> createFlowSubscriber() {
        TaskGroup group = groups.open();
        var subscriber = new CompletableFuture<Flow.Subscriber<? super Integer>>();
        Flow.Publisher<Integer> publisher = subscriber::complete;
        Source<Integer> source = Source.from(group, 4, publisher);
        var _ = group.forkDaemon("consumer", () -> source.forEach(_ -> {}));
        return (Flow.Subscriber<Integer>) subscriber.join();
    }

    @Override
    public Integer createElement(int element) {
        return element;
    }
}
