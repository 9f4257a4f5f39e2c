// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

import dev.espalier.Action;
import dev.espalier.GroupAction;
import dev.espalier.GroupBody;
import dev.espalier.Options;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Application;
import dev.espalier.internal.Program;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The lifetime of an application: what it starts, what it runs, and how all of that ends in order.
 *
 * {@snippet class="dev.espalier.GuideApplicationExamples" region="server"}
 *
 * <p>Work belongs to it in two ways. Managed tasks ({@link #fork}, {@link #forkDaemon}) run in the background, and may be started again when they fail. Groups
 * ({@link #run}, {@link #call}, {@link #taskGroup()}) are opened by any thread, such as one that handles a request, and are ordinary groups of that thread; the
 * application waits for them, and cancels them, when it shuts down.
 *
 * <p>A shutdown goes through five steps, each bounded, and then closes what was managed:
 *
 * <ol>
 *   <li>Hooks of {@link #onStopIntake} run; then work is refused with {@link ApplicationShutdownException}, and nothing is started again.
 *   <li>Groups and managed tasks, but not daemons, may end by themselves for the {@linkplain AppOptions#grace grace}.
 *   <li>What is left is cancelled, daemons included, with a reason of kind {@link dev.espalier.CancelReason.Kind#SHUTDOWN}.
 *   <li>It may clean up until the {@linkplain AppOptions#hardLimit hard limit}.
 *   <li>What is still there is named, with its path and its stack, in the log and the {@link ShutdownReport}.
 * </ol>
 *
 * Then hooks of {@link #onShutdown} run and resources of {@link #manage} close, in the reverse order of their registration, one after the other, each on a thread of its
 * own and for at most the {@linkplain AppOptions#hookLimit hook limit}. One that throws or hangs keeps no other from its turn.
 *
 * <p>It does not force anything to end: a straggler runs on until the JVM exits. It restarts no process, and does not know other processes.
 *
 * <p>Do not use it for work that ends with the method that began it: that is what {@link TaskGroup} is for. Do not pass it around to every class: what a class needs is
 * most often a group or an {@code Executor} of it.
 *
 * <p><b>Failure.</b> What a startup hook throws shuts down what was started, and is thrown from {@link #start}. A managed task that gives up shuts the
 * application down, unless its {@link RestartPolicy} says otherwise. Failures during the shutdown are logged, and are in the report.
 *
 * <p><b>Cancellation.</b> {@link #start} and {@link #awaitShutdown} are cancellation points, {@link #close} waits whatever happens to its caller, {@link #shutdown()} never
 * waits. A cancellation of the code that created an application does not reach it: it hangs below nothing.
 *
 * <p><b>Threads.</b> Any thread may call any method, hooks and managed tasks included; those that would wait for themselves get an {@link IllegalStateException}. Where the
 * backend is that of virtual threads, hooks and the shutdown itself run on platform threads, so that tasks which compute on every carrier
 * cannot keep a shutdown from ending. None of these threads keeps the JVM from exiting: {@code main} has to {@link #awaitShutdown}.
 *
 * <p><b>Signals.</b> With {@link AppOptions#signals}, the JVM's exit is a shutdown: SIGTERM, SIGINT, {@link System#exit} from anywhere, and the end of {@code main}. The
 * JVM waits for it. The exit status is the JVM's then: 143, 130, or what {@code exit} was given. A second signal, which the JVM alone would ignore, ends the process at once; that needs the
 * JDK's module {@code jdk.unsupported}, which is there unless a program is run from modules of which none requires it
 * ({@code --add-modules jdk.unsupported} adds it).
 *
 * <p><b>Memory.</b> Nothing is kept of groups and tasks that have ended, but a bounded history of the tasks (L7).
 *
 * <p>Pitfall: {@code System.exit} in a managed task or a group. That code waits for the JVM's exit, which waits for the application, which waits for that code until the hard limit.
 * Call {@link #shutdown()} instead.
 *
 * <p>From: the phases of Spring's {@code SmartLifecycle}, the supervisors of Erlang, systemd's SIGTERM before SIGKILL.
 *
 * @since 0.1
 */
public sealed interface ApplicationScope extends AutoCloseable permits Application {
    /**
     * An application that is to be started.
     *
     * @return new
     */
    static ApplicationScope create() {
        return new Application(AppOptions.DEFAULT);
    }

    /**
     * As {@link #create()}, with options.
     *
     * @param options from the defaults to those wanted: {@code o -> o.name("shop").grace(Duration.ofSeconds(20))}
     * @return new
     */
    static ApplicationScope create(UnaryOperator<AppOptions> options) {
        return new Application(options.apply(AppOptions.DEFAULT));
    }

    /**
     * The application of this JVM, for programs that have no better place to keep one. It is made and started when this is first called, with default options and on
     * virtual threads, whatever the caller's backend; it ends when the JVM exits, or by its {@link #shutdown()}, and there is never another.
     *
     * <p>Pitfall: in tests. All tests of a JVM share it, the first one that shuts it down ends it for the others, and a simulation cannot
     * move its clock. Pass an {@code ApplicationScope} to the code under test instead.
     *
     * @return always the same
     */
    static ApplicationScope global() {
        return Program.global();
    }

    /**
     * Runs a program: starts it, waits until it is shut down, and tells how that went.
     *
     * {@snippet class="dev.espalier.GuideApplicationExamples" region="main"}
     *
     * @param startup what the program starts; when it returns, the program runs, until a signal or {@link #shutdown()} ends it
     * @param cleanup the last of all hooks; runs in every case, also when the startup failed half-way
     * @return the status for {@link System#exit}: 0 if all ended in order; 1 if the startup or a managed task failed, which is logged; 3 if something hung or failed during the
     *     shutdown. After a signal the JVM's own status, 128 and the signal's number, counts instead
     * @throws InterruptedException if the caller is cancelled or interrupted; the application has been shut down then
     */
    static int runApplication(ApplicationAction startup, ApplicationAction cleanup) throws InterruptedException {
        return Program.run(AppOptions.DEFAULT, startup, cleanup);
    }

    /**
     * As {@link #runApplication(ApplicationAction, ApplicationAction)}, with options.
     *
     * @param options from the defaults to those wanted
     * @param startup what the program starts
     * @param cleanup the last of all hooks
     * @return the status for {@link System#exit}
     * @throws InterruptedException if the caller is cancelled or interrupted; the application has been shut down then
     */
    static int runApplication(UnaryOperator<AppOptions> options, ApplicationAction startup, ApplicationAction cleanup)
            throws InterruptedException {
        return Program.run(options.apply(AppOptions.DEFAULT), startup, cleanup);
    }

    // ---- what starts and ends with it

    /**
     * Registers what {@link #start} does. Startup hooks run in the order of registration, on the thread that calls {@code start}.
     *
     * @param name for messages
     * @param hook may register shutdown hooks and resources, and fork
     * @throws IllegalStateException if it has been started
     */
    void onStartup(String name, Action hook);

    /**
     * Registers what the shutdown does when all work has ended. Of hooks that were registered before {@link #start}, only those run that it got past: a hook that
     * follows a startup hook that failed is left out.
     *
     * @param name for messages
     * @param hook gets at most {@link AppOptions#hookLimit}, which is its deadline
     * @throws ApplicationShutdownException if the shutdown has come to its hooks already
     */
    void onShutdown(String name, Action hook);

    /**
     * Registers what the shutdown does first, in the reverse order of registration: stop listening, tell the load balancer.
     *
     * @param name for messages
     * @param hook gets at most {@link AppOptions#hookLimit}, which is its deadline
     * @throws ApplicationShutdownException if the shutdown has begun
     */
    void onStopIntake(String name, Action hook);

    /**
     * Hands a resource over, to be closed by the shutdown, in every outcome. If the shutdown has come to its resources already, it is closed here, and this throws.
     *
     * <p>Pitfall: what comes and goes, such as a connection for each request. It would be kept until the end; hand it to
     * {@link TaskGroup#forkWith}, or to a {@code try} statement.
     *
     * @param name for messages
     * @param resource closed within {@link AppOptions#hookLimit}
     * @param <R> its type
     * @return the resource
     * @throws ApplicationShutdownException if the shutdown has come to its resources already
     */
    <R extends AutoCloseable> R manage(String name, R resource);

    /**
     * Starts the application: runs the startup hooks. If one fails, or the application is shut down meanwhile, which cancels the hooks, the later ones are not run, and what was
     * started is shut down, in the same steps but without grace, before this throws.
     *
     * @throws StartupFailedException if a hook failed
     * @throws ApplicationShutdownException if it was shut down, or the JVM is exiting
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws IllegalStateException if it was started before
     */
    void start() throws InterruptedException;

    // ---- work

    /**
     * Starts a managed task: one that the shutdown waits for during the grace. If it fails, the application shuts down ({@link RestartPolicy#never}).
     *
     * @param name the task's and its thread's
     * @param body what it does
     * @return its handle
     * @throws ApplicationShutdownException if the intake has stopped
     * @throws IllegalStateException if the application has not been started
     */
    Task<Void> fork(String name, Action body);

    /**
     * As {@link #fork(String, Action)}, with a policy. The handle is that of all runs: it terminates when the task is not started again.
     *
     * <p><b>Cancellation.</b> The task is cancelled in the third step of the shutdown. {@link Task#cancel()} ends it for good, and is no failure.
     *
     * @param name the task's and its thread's
     * @param policy when it is started again
     * @param body what it does; each run is a scope of its own
     * @return its handle
     * @throws ApplicationShutdownException if the intake has stopped
     * @throws IllegalStateException if the application has not been started
     */
    Task<Void> fork(String name, RestartPolicy policy, Action body);

    /**
     * Starts a managed task that serves others and does not end by itself: the shutdown does not wait for it during the grace, and cancels it when all else has
     * ended.
     *
     * @param name the task's and its thread's
     * @param body what it does
     * @return its handle
     * @throws ApplicationShutdownException if the intake has stopped
     * @throws IllegalStateException if the application has not been started
     */
    Task<Void> forkDaemon(String name, Action body);

    /**
     * As {@link #forkDaemon(String, Action)}, with a policy.
     *
     * @param name the task's and its thread's
     * @param policy when it is started again
     * @param body what it does; each run is a scope of its own
     * @return its handle
     * @throws ApplicationShutdownException if the intake has stopped
     * @throws IllegalStateException if the application has not been started
     */
    Task<Void> forkDaemon(String name, RestartPolicy policy, Action body);

    /**
     * Runs a body in a group of the calling thread, as {@link TaskGroup#run(GroupAction)} does, that is cancelled by the shutdown.
     *
     * @param body gets the group; runs on the calling thread
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws ApplicationShutdownException if the intake has stopped; or if the shutdown cut something short
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws IllegalStateException if the application has not been started
     */
    <X extends Exception> void run(GroupAction<X> body) throws X, InterruptedException;

    /**
     * As {@link #run(GroupAction)}, with options.
     *
     * @param options from {@link AppOptions#taskOptions} to those wanted
     * @param body gets the group; runs on the calling thread
     * @param <X> the checked exception that it throws
     * @throws X what the body throws
     * @throws ApplicationShutdownException if the intake has stopped; or if the shutdown cut something short
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     */
    <X extends Exception> void run(UnaryOperator<Options> options, GroupAction<X> body) throws X, InterruptedException;

    /**
     * Runs a body in a group of the calling thread, as {@link TaskGroup#call(GroupBody)} does, that is cancelled by the shutdown.
     *
     * @param body gets the group; runs on the calling thread
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws
     * @throws ApplicationShutdownException if the intake has stopped; or if the shutdown cut something short
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     * @throws IllegalStateException if the application has not been started
     */
    <R extends @Nullable Object, X extends Exception> R call(GroupBody<R, X> body) throws X, InterruptedException;

    /**
     * As {@link #call(GroupBody)}, with options.
     *
     * @param options from {@link AppOptions#taskOptions} to those wanted
     * @param body gets the group; runs on the calling thread
     * @param <R> its result
     * @param <X> the checked exception that it throws
     * @return its result
     * @throws X what the body throws
     * @throws ApplicationShutdownException if the intake has stopped; or if the shutdown cut something short
     * @throws InterruptedException if the caller is cancelled or interrupted and that cut something short
     */
    <R extends @Nullable Object, X extends Exception> R call(UnaryOperator<Options> options, GroupBody<R, X> body)
            throws X, InterruptedException;

    /**
     * Opens a group for a {@code try} statement, as {@link TaskGroup#open()} does, that is cancelled by the shutdown. The application waits for it until it is
     * closed. {@code join}, and {@code close} without one, throw {@link ApplicationShutdownException} if the shutdown cut tasks short.
     *
     * @return a group that the calling thread owns
     * @throws ApplicationShutdownException if the intake has stopped
     * @throws IllegalStateException if the application has not been started
     */
    TaskGroup taskGroup();

    /**
     * As {@link #taskGroup()}, with options.
     *
     * @param options from {@link AppOptions#taskOptions} to those wanted
     * @return a group that the calling thread owns
     * @throws ApplicationShutdownException if the intake has stopped
     */
    TaskGroup taskGroup(UnaryOperator<Options> options);

    // ---- the end

    /** Begins the shutdown, with the grace of the options. Returns at once, and may be called from anywhere. Idempotent. */
    void shutdown();

    /**
     * As {@link #shutdown()}, with another grace. If the shutdown has begun, the shorter grace counts, from the beginning of that step.
     *
     * @param grace zero cancels at once
     */
    void shutdown(Duration grace);

    /**
     * As {@link #shutdown()}, with a reason. The first reason stays.
     *
     * @param reason one line that says why
     */
    void shutdown(String reason);

    /**
     * Waits until the application has ended: until the last hook has run or its limit has passed.
     *
     * <p><b>Cancellation.</b> A cancellation point, always. The shutdown goes on if the caller leaves.
     *
     * @return how it ended; always the same
     * @throws InterruptedException if the caller is cancelled or interrupted
     * @throws IllegalStateException if the caller is a part of this application, for which the shutdown would wait
     */
    ShutdownReport awaitShutdown() throws InterruptedException;

    /**
     * Whether the shutdown has begun, or is over.
     *
     * @return never false again once it is true
     */
    boolean isShuttingDown();

    /**
     * How long it has been there, from {@link #start} to the end of its shutdown.
     *
     * @return on its backend's clock; zero before the start
     */
    Duration uptime();

    /**
     * The name.
     *
     * @return that of the options
     */
    String name();

    /**
     * Shuts down, if that has not begun, and waits for the end, whatever happens to the caller. Does not throw what went wrong: {@link #awaitShutdown} tells it.
     * Idempotent. The interrupt status of the caller is as it was before.
     *
     * @throws IllegalStateException if the caller is a part of this application, for which the shutdown would wait
     */
    @Override
    void close();
}
