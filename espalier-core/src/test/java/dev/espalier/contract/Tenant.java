// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import dev.espalier.spi.ContextPropagator;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Carries a thread-local from the forking thread to the task: idle unless a test sets it. */
final class Tenant implements ContextPropagator {
    /** What is carried. */
    static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

    /** Captured with this value, it fails in a certain step. */
    static final String FAIL_CAPTURE = "fail capture";

    static final String FAIL_RESTORE = "fail restore";
    static final String FAIL_CLOSE = "fail close";

    static final AtomicInteger RESTORED = new AtomicInteger();
    static final AtomicInteger CLOSED = new AtomicInteger();

    @Override
    public Snapshot capture() {
        String tenant = CURRENT.get();
        if (tenant == null) {
            return () -> () -> {};
        }
        if (tenant.equals(FAIL_CAPTURE)) {
            throw new IllegalStateException(tenant);
        }
        return () -> restore(tenant);
    }

    private static Binding restore(String tenant) {
        if (tenant.equals(FAIL_RESTORE)) {
            throw new IllegalStateException(tenant);
        }
        String before = CURRENT.get();
        CURRENT.set(tenant);
        var _ = RESTORED.incrementAndGet();
        return () -> {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
            var _ = CLOSED.incrementAndGet();
            if (tenant.equals(FAIL_CLOSE)) {
                throw new IllegalStateException(tenant);
            }
        };
    }

    /** Runs the code with a tenant on the calling thread. */
    static void with(String tenant, Action code) throws Exception {
        CURRENT.set(tenant);
        try {
            code.run();
        } finally {
            CURRENT.remove();
        }
    }
}
