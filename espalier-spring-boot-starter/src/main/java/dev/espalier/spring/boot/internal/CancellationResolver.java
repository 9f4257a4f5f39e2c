// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.Cancellation;
import dev.espalier.TaskGroup;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Keeps the cancellation of a request from handlers of exceptions: one for {@code Exception} would answer 500, and the filter, which knows why the request was cancelled, would see a request that
 * has ended well. What the application itself throws is theirs.
 */
public final class CancellationResolver implements HandlerExceptionResolver {
    /** The only one. */
    public CancellationResolver() {}

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception thrown) {
        if (!(request.getAttribute(RequestGroupFilter.GROUP) instanceof TaskGroup group)) {
            return null; // no filter around it that would answer
        }
        if (CutShort.isShutdown(thrown) || (group.isCancelled() && Cancellation.isCancellation(thrown))) {
            throw new RequestCutShort(thrown);
        }
        return null;
    }
}
