// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.Action;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes tasks that fail, and looks for what they threw. */
final class Failures {
    private Failures() {}

    /** A task that throws this, whatever it is. */
    static Action throwing(Throwable failure) {
        return () -> sneak(failure);
    }

    /** A task that waits for the latch, ignoring interrupts, and then throws this. */
    static Action throwingAfter(CountDownLatch latch, Throwable failure) {
        return () -> {
            boolean _ = uninterruptibly(latch);
            sneak(failure);
        };
    }

    /** A task that throws this when it is interrupted: its cleanup fails. */
    static Action throwingWhenInterrupted(CountDownLatch entered, Throwable failure) {
        return () -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                sneak(failure);
            }
        };
    }

    /** Throws anything without a declaration. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> void sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    /** Waits for the latch; returns whether the caller was interrupted meanwhile, and leaves the status clear. */
    static boolean uninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    /** What is suppressed in the exception, the place of its task's fork (F9) left out. */
    static List<Throwable> suppressed(Throwable exception) {
        return Stream.of(exception.getSuppressed())
                .filter(s -> !s.getClass().getName().startsWith("dev.espalier.internal."))
                .toList();
    }

    /** The exception, its causes and what is suppressed, at any depth, by identity; places of forks left out. */
    static Set<Throwable> reachable(@Nullable Throwable exception) {
        var all = Collections.<Throwable>newSetFromMap(new IdentityHashMap<>());
        collect(exception, all);
        return all;
    }

    /** Whether a warning was logged that holds this exception, itself or below what was logged, or its message. */
    static boolean warned(LogCapture logs, Throwable failure) {
        return logs.exceptions().stream().anyMatch(logged -> reachable(logged).contains(failure))
                || logs.messages().stream().anyMatch(text -> text.contains(String.valueOf(failure.getMessage())));
    }

    private static void collect(@Nullable Throwable exception, Set<Throwable> all) {
        if (exception != null && all.add(exception)) {
            collect(exception.getCause(), all);
            for (Throwable suppressed : suppressed(exception)) {
                collect(suppressed, all);
            }
        }
    }
}
