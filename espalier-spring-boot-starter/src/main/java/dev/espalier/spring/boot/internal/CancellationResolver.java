// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.Cancellation;
import dev.espalier.Deadline;
import dev.espalier.TaskGroup;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Keeps the cancellation of a request from handlers of exceptions: one for {@code Exception} would answer 500, and the filter, which knows why the request was cancelled, would see a request that
 * has ended well. Answers for an asynchronous request that has timed out at its deadline, as the filter does for others. What the application itself throws is theirs.
 */
public final class CancellationResolver implements HandlerExceptionResolver {
    /** The only one. */
    public CancellationResolver() {}

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception thrown) {
        if (!(request.getAttribute(RequestGroupFilter.GROUP) instanceof TaskGroup group)) {
            return isLate(request, response, thrown) ? answer(request, response) : null;
        }
        if (CutShort.isShutdown(thrown) || (group.isCancelled() && Cancellation.isCancellation(thrown))) {
            throw new RequestCutShort(thrown);
        }
        return null;
    }

    /** The last dispatch of an asynchronous request. What it gets is the container's timeout, or how the code ended that this has interrupted, whichever came first. */
    private static boolean isLate(HttpServletRequest request, HttpServletResponse response, Exception thrown) {
        return (thrown instanceof AsyncRequestTimeoutException || Cancellation.isCancellation(thrown))
                && request.getDispatcherType() == DispatcherType.ASYNC
                && request.getAttribute(RequestGroupFilter.DEADLINE) instanceof Deadline deadline
                && deadline.isExpired()
                && !response.isCommitted();
    }

    private static ModelAndView answer(HttpServletRequest request, HttpServletResponse response) {
        try {
            CutShort.late().answer(request, response);
            return new ModelAndView(); // nothing more to render
        } catch (IOException e) {
            throw new UncheckedIOException("the client could not be told that its request was late", e);
        }
    }
}
