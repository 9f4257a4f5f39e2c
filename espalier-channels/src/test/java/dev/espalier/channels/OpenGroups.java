// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Groups that stay open, each on a thread of its own, while a test goes on that knows nothing of groups. */
final class OpenGroups {
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> owners = new ArrayList<>(); // guarded by itself

    TaskGroup open() {
        var group = new CompletableFuture<TaskGroup>();
        synchronized (owners) {
            owners.add(Thread.ofVirtual().start(() -> {
                try (var opened = TaskGroup.open()) {
                    group.complete(opened);
                    over.await();
                    opened.cancel();
                } catch (Exception e) {
                    group.completeExceptionally(e); // what the tests make fail on purpose is theirs to look at
                }
            }));
        }
        return group.join();
    }

    void end() throws InterruptedException {
        over.countDown();
        synchronized (owners) {
            for (Thread owner : owners) {
                owner.join();
            }
        }
    }
}
