// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterMethod;

/** Rule N8: {@link Source#toPublisher} keeps the rules of reactive streams, by their own tests (TCK), which are written for TestNG. */
@SuppressWarnings("exports") // a test on the class path
public class PublisherRulesTest extends FlowPublisherVerification<Integer> {
    private OpenGroups groups = new OpenGroups();

    public PublisherRulesTest() {
        super(
                new TestEnvironment(/* defaultTimeoutMillis= */ 2_000, /* defaultNoSignalsTimeoutMillis= */ 50),
                /* publisherReferenceGCTimeoutMillis= */ 500);
    }

    @AfterMethod
    public void endGroups() throws InterruptedException {
        groups.end();
        groups = new OpenGroups();
    }

    @Override
    public Flow.Publisher<Integer> createFlowPublisher(long elements) {
        TaskGroup group = groups.open();
        Source<Integer> source = Source.produce(group, 4, sink -> {
            for (long i = 0; i < elements; i++) {
                sink.send((int) i);
            }
        });
        return source.toPublisher(group);
    }

    @Override
    public Flow.Publisher<Integer> createFailedFlowPublisher() {
        TaskGroup group = groups.open();
        group.cancel();
        return Channel.<Integer>rendezvous().toPublisher(group);
    }
}
