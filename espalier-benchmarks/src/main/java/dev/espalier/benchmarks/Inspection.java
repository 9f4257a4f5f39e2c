// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks;

import dev.espalier.TaskGroup;
import dev.espalier.inspect.Inspector;
import dev.espalier.inspect.TaskTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@link ForkAndJoin} while somebody looks: what it costs a task that does nothing, and so costs most. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Inspection.TASKS)
@Fork(jvmArgsAppend = {"--enable-preview", "-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch"})
@State(Scope.Benchmark)
public class Inspection {
    static final int TASKS = 100_000;
    private static final Callable<Object> NOTHING = () -> "done";

    /** Who looks. */
    public enum Look {
        /** Nobody. */
        NOBODY,
        /** The tree is dumped each second. */
        DUMP,
        /** An inspector is started, and no page is open. */
        INSPECTOR,
        /** A page is open. */
        PAGE
    }

    /** Who looks. */
    @Param({"NOBODY", "DUMP", "INSPECTOR", "PAGE"})
    public Look look = Look.NOBODY;

    private @Nullable Inspector inspector;
    private @Nullable Thread looking;
    private @Nullable HttpClient http;

    /** Begins to look. */
    @Setup(Level.Trial)
    public void begin() throws Exception {
        switch (look) {
            case NOBODY -> {}
            case DUMP -> looking = Thread.ofPlatform().daemon().start(Inspection::dump);
            case INSPECTOR -> inspector = Inspector.start();
            case PAGE -> {
                inspector = Inspector.start();
                http = HttpClient.newBuilder()
                        .cookieHandler(new CookieManager())
                        .build();
                var url = inspector.url();
                var _ = http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding());
                InputStream feed = http.send(
                                HttpRequest.newBuilder(url.resolve("/feed")).build(),
                                HttpResponse.BodyHandlers.ofInputStream())
                        .body();
                looking = Thread.ofPlatform().daemon().start(() -> read(feed));
            }
        }
    }

    private static void dump() {
        try {
            while (true) {
                Thread.sleep(1_000);
                TaskTree.dump(Writer.nullWriter(), o -> o);
            }
        } catch (InterruptedException e) { // the end
            return;
        } catch (IOException e) {
            throw new AssertionError("a null writer throws nothing", e);
        }
    }

    private static void read(InputStream feed) {
        try (feed) {
            feed.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) { // the end
            return;
        }
    }

    /** Looks no more. */
    @TearDown(Level.Trial)
    public void end() {
        if (looking != null) {
            looking.interrupt();
        }
        if (inspector != null) {
            inspector.close();
        }
        if (http != null) {
            http.shutdownNow();
        }
    }

    /** {@code TaskGroup.run}. */
    @Benchmark
    public void espalier() throws Exception {
        Owner.VIRTUAL.run(() -> TaskGroup.run(group -> {
            for (int i = 0; i < TASKS; i++) {
                var _ = group.fork(NOTHING);
            }
        }));
    }
}
