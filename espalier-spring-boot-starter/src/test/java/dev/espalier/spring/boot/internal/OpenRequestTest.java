// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.TaskGroup;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A connection is looked at within its request only. */
class OpenRequestTest {
    private abstract static class Probe implements ClientProbe {
        @Override
        public void begin() {}
    }

    @Test
    @DisplayName("a connection is not looked at when its request has ended")
    void closed() throws Exception {
        var looks = new AtomicInteger();
        TaskGroup.run(group -> {
            var request = new OpenRequest(group, new Probe() {
                @Override
                public boolean isGone() {
                    return looks.incrementAndGet() > 1;
                }
            });
            request.look();
            assertThat(request.close()).isFalse();
            request.look();
            assertThat(looks).hasValue(1);
            assertThat(group.isCancelled()).isFalse();
        });
    }

    @Test
    @DisplayName("a request does not end while its connection is being looked at")
    void closing() throws Exception {
        var looking = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var closed = new AtomicBoolean();
        TaskGroup.run(group -> {
            var request = new OpenRequest(group, new Probe() {
                @Override
                public boolean isGone() {
                    looking.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    assertThat(closed).isFalse();
                    return true;
                }
            });
            Thread look = Thread.ofPlatform().start(request::look);
            looking.await();
            Thread close = Thread.ofPlatform().start(() -> {
                assertThat(request.close()).isTrue();
                closed.set(true);
            });
            while (close.getState() != Thread.State.BLOCKED) {
                assertThat(close.getState()).isNotEqualTo(Thread.State.TERMINATED);
                Thread.yield();
            }
            goOn.countDown();
            look.join();
            close.join();
            assertThat(closed).isTrue();
            assertThat(group.isCancelled()).isTrue();
        });
    }

    @Test
    @DisplayName("one that has gone is not looked at again")
    void gone() throws Exception {
        var looks = new AtomicInteger();
        TaskGroup.run(group -> {
            var request = new OpenRequest(group, new Probe() {
                @Override
                public boolean isGone() {
                    looks.incrementAndGet();
                    return true;
                }
            });
            request.look();
            request.look();
            assertThat(looks).hasValue(1);
            assertThat(group.scope().reason().orElseThrow().message()).contains("the client has closed its connection");
            assertThat(request.close()).isTrue();
        });
    }
}
