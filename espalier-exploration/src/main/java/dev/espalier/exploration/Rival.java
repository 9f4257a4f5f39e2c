// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import dev.espalier.Action;
import org.jspecify.annotations.Nullable;

/** A thread from elsewhere that does one thing at the same time. */
final class Rival {
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    private Rival(Action action) {
        thread = new Thread(
                () -> {
                    try {
                        action.run();
                    } catch (Throwable t) { // thrown again by await
                        failure = t;
                    }
                },
                "rival");
    }

    static Rival start(Action action) {
        var rival = new Rival(action);
        rival.thread.start();
        return rival;
    }

    /** Waits for its end. */
    void await() throws InterruptedException {
        thread.join();
        Throwable t = failure;
        if (t != null) {
            throw new AssertionError("the rival failed: " + t, t);
        }
    }
}
