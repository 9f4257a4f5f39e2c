// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.Deadline;
import dev.espalier.Options;
import dev.espalier.TaskGroup;
import dev.espalier.spring.boot.EspalierProperties;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Runs each request in a group of its own, and answers for it when that group was cancelled. */
public final class RequestGroupFilter extends OncePerRequestFilter {
    /*
     * What a request goes through
     *   REQUEST   the timeout is read; a group around the rest of the chain
     *   FORWARD, INCLUDE, and a REQUEST inside: within that group already
     *   ASYNC     a group again, with what is left of the deadline. In between, no thread is in the request: the deadline is that of the container's timer.
     *             When that has fired, or something was just ready, the dispatch goes on without a group: interceptors have to close what they have opened. CancellationResolver answers.
     *   ERROR     none: an error page is answered in any case
     *
     * The answer is written outside the group. There the interrupt of the cancellation has been taken back (C3); inside, it would close the client's channel in the middle of a
     * write, as interrupts do to channels. The same happens to what the application writes at that moment: the client sees a broken connection then, and no answer that looks whole.
     *
     * Once something of an answer is on its way, it cannot become another. If the chain was cut short then, its exception goes to the container, which breaks the connection off; if only tasks of
     * the group were, the answer was whole, and stands. Nor is there an answer from here when the request goes on asynchronously: it belongs to another thread then.
     */
    static final String GROUP = TaskGroup.class.getName() + ".request";

    static final String DEADLINE = Deadline.class.getName() + ".request";
    private static final int CLIENT_CLOSED_REQUEST = 499; // nginx's, for the access log; nobody gets it

    private static final Log LOG = LogFactory.getLog(RequestGroupFilter.class);

    private final Requests requests;
    private final RequestTimeouts timeouts;
    private final @Nullable DisconnectWatch watch;
    private final List<PathPattern> excluded;

    /**
     * A filter.
     *
     * @param requests where groups are opened
     * @param properties of requests
     * @param watch tells of clients that have gone; null if nothing does
     */
    public RequestGroupFilter(
            Requests requests, EspalierProperties.Request properties, @Nullable DisconnectWatch watch) {
        this.requests = requests;
        this.timeouts = new RequestTimeouts(properties);
        this.watch = watch;
        this.excluded = properties.exclude().stream()
                .map(PathPatternParser.defaultInstance::parse)
                .toList();
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        if (excluded.isEmpty()) {
            return false;
        }
        PathContainer path = ServletRequestPathUtils.parse(request).pathWithinApplication();
        return excluded.stream().anyMatch(pattern -> pattern.matches(path));
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Deadline deadline;
        try {
            deadline = deadline(request);
        } catch (IllegalArgumentException e) {
            new Problem(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())).answer(request, response);
            return;
        }
        if (deadline.isExpired()) {
            if (isAsyncDispatch(request)) {
                chain.doFilter(request, response); // see the essay
            } else {
                CutShort.late().answer(request, response);
            }
            return;
        }
        requests.enter();
        try {
            new Serving(request, response, chain, deadline).run();
        } finally {
            requests.leave();
        }
    }

    private Deadline deadline(HttpServletRequest request) {
        if (request.getAttribute(DEADLINE) instanceof Deadline earlier) {
            return earlier;
        }
        Duration timeout = timeouts.of(request);
        Deadline deadline = timeout == null ? Deadline.NONE : Deadline.after(timeout);
        request.setAttribute(DEADLINE, deadline);
        return deadline;
    }

    /** One dispatch. */
    private final class Serving {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final FilterChain chain;
        private final Deadline deadline;
        private @Nullable TaskGroup group;
        private boolean gone;
        private boolean whole;

        Serving(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Deadline deadline) {
            this.request = request;
            this.response = response;
            this.chain = chain;
            this.deadline = deadline;
        }

        void run() throws ServletException, IOException {
            try {
                requests.scope().run(this::options, this::inGroup);
            } catch (Exception e) {
                ended(e);
            }
            if (gone) {
                LOG.debug("The client of " + request.getRequestURI() + " has gone; the request was cancelled");
                if (!response.isCommitted()) {
                    response.setStatus(CLIENT_CLOSED_REQUEST);
                }
            }
        }

        private Options options(Options options) {
            // One name for all: it is a tag of metrics, and paths may have secrets in them.
            Options named = options.name("request");
            return deadline.equals(Deadline.NONE) ? named : named.timeout(deadline.remaining());
        }

        private void inGroup(TaskGroup group) throws ServletException, IOException {
            this.group = group;
            Object outer = request.getAttribute(GROUP);
            request.setAttribute(GROUP, group);
            OpenRequest open = watch == null ? null : watch.open(group);
            try {
                chain.doFilter(request, response);
                whole = true;
                if (request.isAsyncStarted()) {
                    limit(request.getAsyncContext());
                }
            } finally {
                gone = watch != null && open != null && watch.close(open);
                request.setAttribute(GROUP, outer);
            }
        }

        /** What follows outside of this thread has until the deadline, too. */
        private void limit(AsyncContext async) {
            if (deadline.equals(Deadline.NONE)) {
                return;
            }
            long left = Math.max(0, deadline.remaining().toMillis()) + 1; // not before the deadline
            try {
                if (async.getTimeout() <= 0 || async.getTimeout() > left) {
                    async.setTimeout(left);
                }
            } catch (IllegalStateException e) {
                // another thread has completed it already
            }
        }

        private void ended(Exception thrown) throws ServletException, IOException {
            Problem problem = CutShort.problem(thrown, group);
            if (problem == null) {
                rethrow(thrown);
            } else if (!response.isCommitted() && !(whole && request.isAsyncStarted())) {
                if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE) {
                    response.setHeader("Connection", "close");
                }
                problem.answer(request, response);
                response.flushBuffer(); // before a shutdown that waits for this goes on, and closes the connection
            } else if (!whole) {
                rethrow(thrown); // see the essay
            } else {
                LOG.warn(
                        request.getRequestURI() + (response.isCommitted() ? " was answered" : " goes on elsewhere")
                                + ", and what it had forked was cut short",
                        thrown);
            }
        }

        private static void rethrow(Exception thrown) throws ServletException, IOException {
            switch (thrown) {
                case ServletException e -> throw e;
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case InterruptedException e -> {
                    Thread.currentThread().interrupt();
                    throw new ServletException("the thread of the request was interrupted", e);
                }
                default -> throw new ServletException(thrown);
            }
        }
    }
}
