// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.Backoff;
import dev.espalier.CancelScope;
import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.app.RestartPolicy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** Looks at the connections of open requests, and cancels those whose clients have gone. */
public final class DisconnectWatch {
    /*
     * No server tells a blocking servlet that its client has gone, so somebody has to look: one task, for all requests that have been open for longer than the interval. Most
     * never are, and cost an entry in a set. A look is a read that does not block, of some microseconds.
     *
     * It looks in a shield: an interrupt in the middle of a read would close the client's channel, and the shutdown cancels this task while requests are to answer.
     *
     * Fields: open: concurrent; entered and left by the threads of requests, walked by the task.
     */
    private static final Log LOG = LogFactory.getLog(DisconnectWatch.class);

    private static final RestartPolicy FOR_EVER = RestartPolicy.onFailure(
                    Backoff.fixed(Duration.ofSeconds(1)), /* max= */ 60, Duration.ofMinutes(1))
            .keepRunning();

    private final Duration interval;
    private final Set<OpenRequest> open = ConcurrentHashMap.newKeySet();

    /**
     * Begins to look.
     *
     * @param requests with which it ends
     * @param interval between looks
     */
    public DisconnectWatch(Requests requests, Duration interval) {
        this.interval = interval;
        requests.scope().forkDaemon("watch for clients that disconnect", FOR_EVER, this::watch);
    }

    /** Begins with a request, on its thread; null if its connection cannot be looked at. */
    @Nullable
    OpenRequest open(TaskGroup group) {
        if (!ClientProbe.CURRENT.isBound()) {
            return null;
        }
        ClientProbe probe = ClientProbe.CURRENT.get();
        probe.begin();
        var request = new OpenRequest(group, probe);
        open.add(request);
        return request;
    }

    /** Ends with a request; whether its client has gone before. */
    boolean close(OpenRequest request) {
        open.remove(request);
        return request.close();
    }

    private void watch() throws InterruptedException {
        while (true) {
            Tasks.sleep(interval);
            CancelScope.shielded(this::lookAtAll);
        }
    }

    private void lookAtAll() {
        for (OpenRequest request : open) {
            if (request.ageNanos() >= interval.toNanos()) {
                look(request);
            }
        }
    }

    private void look(OpenRequest request) {
        try {
            request.look();
        } catch (RuntimeException e) {
            open.remove(request);
            LOG.warn("The connection of a request could not be looked at; it is not cancelled if its client goes", e);
        }
    }
}
