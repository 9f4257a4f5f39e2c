// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import dev.espalier.CancelScope;
import dev.espalier.Deadline;
import dev.espalier.TaskGroup;
import dev.espalier.app.ApplicationScope;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The controller of the tests. */
@RestController
class Desk implements WebMvcConfigurer {
    private final Map<String, Visit> visits = new ConcurrentHashMap<>();
    private final Set<String> completed = ConcurrentHashMap.newKeySet();
    private final ApplicationScope app;

    Desk(ApplicationScope app) {
        this.app = app;
    }

    /** What a request or a test calls by that name. */
    Visit visit(String id) {
        return visits.computeIfAbsent(id, _ -> new Visit());
    }

    /** Paths whose interceptors were told of the end, in which they close what they have opened. */
    Set<String> completed() {
        return completed;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new HandlerInterceptor() {
            @Override
            public void afterCompletion(
                    HttpServletRequest request, HttpServletResponse response, Object handler, Exception e) {
                completed.add(request.getRequestURI());
            }
        });
    }

    /** As many applications have it: it takes everything. */
    @ExceptionHandler(Exception.class)
    ResponseEntity<String> handle(Exception e) {
        return ResponseEntity.status(HttpStatus.CONFLICT).body("handled: " + e.getMessage());
    }

    @GetMapping("/hello")
    String hello() {
        return "hello";
    }

    @GetMapping({"/scope", "/excluded/scope"})
    String scope(HttpServletRequest request) {
        Deadline deadline = CancelScope.currentDeadline();
        return CancelScope.current() + " " + request.getDispatcherType() + " "
                + (deadline.equals(Deadline.NONE)
                        ? "none"
                        : Long.toString(deadline.remaining().toMillis()));
    }

    @GetMapping("/wait/{id}")
    String waits(@PathVariable String id) throws InterruptedException {
        return visit(id).await();
    }

    @GetMapping("/deaf/{id}")
    String deaf(@PathVariable String id) {
        return visit(id).awaitDeaf();
    }

    @PostMapping("/wait/{id}")
    String waitsWithBody(@PathVariable String id, @RequestBody String body) throws InterruptedException {
        return visit(id).await() + " " + body.length() + " " + body.hashCode();
    }

    /** Nested groups, as in an application. */
    @GetMapping("/nested/{id}")
    String nested(@PathVariable String id) throws InterruptedException {
        return TaskGroup.call(group -> group.fork("nested", visit(id)::await).await());
    }

    @GetMapping("/forks")
    String forks(TaskGroup group) throws InterruptedException {
        var a = group.fork(() -> "a");
        var b = group.fork(() -> "b");
        return a.await() + b.await();
    }

    @GetMapping("/leaves-behind/{id}")
    String leavesBehind(@PathVariable String id, TaskGroup group) {
        group.fork("behind", visit(id)::await);
        return "forked";
    }

    @GetMapping("/excluded/forks")
    String excludedForks(TaskGroup group) {
        return group.name();
    }

    @GetMapping("/task-fails")
    void taskFails(TaskGroup group) {
        group.fork(() -> {
            throw new IllegalStateException("the task's");
        });
    }

    @GetMapping("/fails")
    String fails() {
        throw new IllegalStateException("the controller's");
    }

    @GetMapping("/fails-in-time")
    String failsInTime() throws InterruptedException {
        return CancelScope.failAfter(java.time.Duration.ZERO, () -> {
            CancelScope.checkpoint();
            return "never";
        });
    }

    @GetMapping("/stream/{id}")
    void stream(@PathVariable String id, HttpServletResponse response) throws IOException, InterruptedException {
        response.getOutputStream().write("first;".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        response.flushBuffer();
        visit(id).await();
        response.getOutputStream().write("last".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @GetMapping("/writer/{id}")
    void writer(@PathVariable String id, HttpServletResponse response) throws IOException, InterruptedException {
        response.setHeader("Access-Control-Allow-Origin", "*");
        response.getWriter().write("half of it");
        visit(id).await();
    }

    @GetMapping("/sends-error")
    void sendsError(HttpServletResponse response) throws IOException {
        response.sendError(410);
    }

    @GetMapping("/forwards")
    void forwards(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        request.getRequestDispatcher("/scope").forward(request, response);
    }

    @GetMapping("/callable/{id}")
    Callable<String> callable(@PathVariable String id) {
        return visit(id)::await;
    }

    @GetMapping("/deferred/{id}")
    DeferredResult<String> deferred(@PathVariable String id) {
        var result = new DeferredResult<String>();
        result.onTimeout(() -> visit(id).leave());
        return result;
    }

    @GetMapping("/async-scope")
    void asyncScope(HttpServletRequest request) {
        if (request.getAttribute("again") == null) {
            request.setAttribute("again", true);
            request.startAsync().dispatch("/scope");
        }
    }

    @GetMapping("/background/{id}")
    String background(@PathVariable String id, @RequestParam(defaultValue = "false") boolean deaf) {
        app.fork("background " + id, () -> {
            if (deaf) {
                visit(id).awaitDeaf();
            } else {
                visit(id).await();
            }
        });
        return "forked";
    }

    /** Gives work to the application after it was let go. */
    @GetMapping("/late-background/{id}")
    String lateBackground(@PathVariable String id) throws InterruptedException {
        visit(id).await();
        return background(id + "-task", false);
    }

    @GetMapping("/app-group")
    String appGroup() throws InterruptedException {
        return app.call(group -> group.fork(() -> "in the application").await());
    }
}
