// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.app.StartupFailedException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Tells exceptions that show an interruption from those that show a failure.
 *
 * @since 0.1
 */
public final class Cancellation {
    private Cancellation() {}

    /**
     * Whether an exception shows that its code was interrupted or cancelled, by its shape alone.
     *
     * <p>These do: {@link InterruptedException}, {@link ClosedByInterruptException}, {@link InterruptedIOException} other than
     * {@link SocketTimeoutException}, {@link FileLockInterruptionException}, {@link CancellationException}, the
     * {@link SocketException} of a socket that an interrupt closed, {@link CancelledException},
     * {@link TaskCancelledException}, and any exception of another library in whose chain of causes one of these is. Espalier's
     * failures do not, whatever their cause: {@link TaskGroupException}, {@link TaskFailedException},
     * {@link DeadlineExceededException}, {@link ScopeCancelledException}, {@link StructureException}, {@link ApplicationShutdownException},
     * {@link StartupFailedException}.
     *
     * <p>Do not use it to decide whether a task was cancelled: an interrupt may come from anywhere. It answers what a retry asks,
     * whether there is sense in trying again.
     *
     * @param exception any exception
     * @return whether it shows an interruption
     */
    public static boolean isCancellation(Throwable exception) {
        Objects.requireNonNull(exception, "exception");
        Throwable slow = exception; // half as fast as the loop: meets it in a chain that is a circle
        int index = 0;
        for (@Nullable Throwable e = exception; e != null; e = e.getCause()) {
            if (isFailure(e)) {
                return false;
            }
            if (isInterruption(e)) {
                return true;
            }
            if (index > 0 && index % 2 == 0) {
                slow = Objects.requireNonNull(slow.getCause());
                if (slow == e) {
                    return false;
                }
            }
            index++;
        }
        return false;
    }

    private static boolean isFailure(Throwable e) {
        return e instanceof TaskGroupException
                || e instanceof TaskFailedException
                || e instanceof DeadlineExceededException
                || e instanceof ScopeCancelledException
                || e instanceof StructureException
                || e instanceof ApplicationShutdownException
                || e instanceof StartupFailedException;
    }

    private static boolean isInterruption(Throwable e) {
        return e instanceof InterruptedException
                || e instanceof ClosedByInterruptException
                || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))
                || e instanceof FileLockInterruptionException
                || e instanceof CancellationException
                || e instanceof TaskCancelledException
                || (e instanceof SocketException && "Closed by interrupt".equals(e.getMessage()));
    }
}
