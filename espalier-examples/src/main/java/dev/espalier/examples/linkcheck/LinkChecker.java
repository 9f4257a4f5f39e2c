// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.app.ApplicationScope;
import dev.espalier.app.ApplicationShutdownException;
import dev.espalier.inspect.Inspector;
import dev.espalier.inspect.Recorder;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command: reads the options, runs a crawl that a timeout or a signal cancels, and writes the report. */
@Command(
        name = "linkcheck",
        mixinStandardHelpOptions = true,
        version = "linkcheck 0.1 (an example program of Espalier)",
        sortOptions = false,
        description = "Crawls a site and reports broken links, bad anchors, redirects, and flaky and slow pages.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all links are fine",
            "1:there are broken links or bad anchors",
            "2:wrong usage",
            "3:stopped by --timeout, nothing broken until then",
            "70:a bug in this program",
            "130:stopped by Ctrl-C, after the report of what was found until then; a second Ctrl-C ends it at once",
            "143:the same, by SIGTERM"
        })
public final class LinkChecker implements Callable<Integer> {
    static final int CLEAN = 0;
    static final int BROKEN = 1;
    static final int USAGE = 2;
    static final int TIMED_OUT = 3;
    static final int BUG = 70;
    static final int INTERRUPTED = 130;
    static final int TERMINATED = 143; // the JVM's own

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Parameters(
            paramLabel = "URL|FOLDER",
            arity = "0..1",
            description = "Where to start, or a local folder. Default: an embedded site with planted faults.")
    private @Nullable String target;

    @Option(names = "--concurrency", paramLabel = "N", description = "URLs visited at once. Default: ${DEFAULT-VALUE}.")
    private int concurrency = 16;

    @Option(names = "--per-host", paramLabel = "N", description = "Of these, on one host. Default: ${DEFAULT-VALUE}.")
    private int perHost = 8;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "For the whole run, such as 30s or 2m; then the report is partial. Default: none.")
    private @Nullable Duration timeout;

    @Option(
            names = "--request-timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "10s",
            description = "For one attempt to get one URL. Default: ${DEFAULT-VALUE}.")
    private Duration requestTimeout = Duration.ofSeconds(10);

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "After a temporary failure. Default: ${DEFAULT-VALUE}.")
    private int retries = 2;

    @Option(
            names = "--slow",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "1s",
            description = "Report what takes longer. Default: ${DEFAULT-VALUE}.")
    private Duration slow = Duration.ofSeconds(1);

    @Option(names = "--max-pages", paramLabel = "N", description = "Visit at most so many URLs. Default: no limit.")
    private int maxPages = Integer.MAX_VALUE;

    @Option(names = "--external", description = "Visit linked URLs of other hosts, too; not their links.")
    private boolean external;

    @Option(names = "--json", description = "Write the report as JSON.")
    private boolean json;

    @Option(
            names = "--inspect",
            description = "Show what it is doing as a page for a browser; its URL is written first.")
    private boolean inspect;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Record what its tasks do, and write it at the end as a page for a browser.")
    private @Nullable Path record;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show a progress bar on the standard error stream, or do not. Default: on a terminal.")
    private @Nullable Boolean showProgress;

    @Spec
    private @Nullable CommandSpec spec;

    private final UnaryOperator<Visitor> visiting;

    private LinkChecker(UnaryOperator<Visitor> visiting) {
        this.visiting = visiting;
    }

    /**
     * Runs the program.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(commandLine(UnaryOperator.identity()).execute(args));
    }

    /** The command, with something put around what visits the URLs. */
    static CommandLine commandLine(UnaryOperator<Visitor> visiting) {
        return new CommandLine(new LinkChecker(visiting))
                .setParameterExceptionHandler((e, args) -> {
                    e.getCommandLine().getErr().println("linkcheck: " + e.getMessage() + " (see --help)");
                    return USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("linkcheck: internal error");
                    e.printStackTrace(command.getErr());
                    return BUG;
                });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = settings();
        // A signal shuts the application down: it cancels the crawl at once, and then waits until the report is out.
        try (var app = ApplicationScope.create(
                o -> o.name("linkcheck").grace(Duration.ZERO).hardLimit(PATIENCE))) {
            app.start();
            if (inspect) {
                inspector(app);
            }
            Site site = app.manage("site", site());
            Fetcher fetcher = app.manage("fetcher", new Fetcher(settings));
            var crawl = new Crawl(site, settings, visiting.apply(fetcher));
            return app.<Integer, IOException>call(o -> o.name("linkcheck"), _ -> crawlAndReport(crawl));
        } catch (ApplicationShutdownException e) {
            return INTERRUPTED; // the signal came before there was anything to report
        }
    }

    private int crawlAndReport(Crawl crawl) throws IOException, InterruptedException {
        try (Recorder recorder = record == null ? null : Recorder.start()) {
            Optional<CancelReason> stopped = crawl(crawl);
            return CancelScope.shielded(PATIENCE, () -> {
                Report report = crawl.report(stopped.map(this::explain));
                write(report);
                if (recorder != null && record != null) {
                    write(recorder, record);
                }
                return exitCode(report, stopped);
            });
        }
    }

    /** The report is out: that it cannot be written changes nothing else. */
    private void write(Recorder recorder, Path file) {
        PrintWriter err = command().getErr();
        try {
            recorder.writeHtml(file);
            err.println("linkcheck: the recording is in " + file);
        } catch (IOException e) {
            err.println("linkcheck: the recording cannot be written: " + e);
        }
        err.flush();
    }

    /** The page; closed after all else, so that it shows the shutdown too. */
    private void inspector(ApplicationScope app) throws IOException {
        Inspector inspector = app.manage("inspector", Inspector.start(o -> o.allowCancel(true)));
        command().getErr().println("linkcheck: watch it at " + inspector.url());
        command().getErr().flush();
    }

    /** Runs the crawl; returns why it did not come to its end, if it did not. */
    private Optional<CancelReason> crawl(Crawl crawl) throws InterruptedException {
        CancelScope scope = timeout == null ? CancelScope.create() : CancelScope.withTimeout(timeout);
        try (Progress progress = progress()) {
            return scope.run(() -> crawl.run(progress)) ? Optional.empty() : scope.reason();
        } catch (InterruptedException e) {
            Optional<CancelReason> signal = CancelScope.current().reason();
            if (signal.isEmpty()) {
                throw e;
            }
            return signal;
        }
    }

    private String explain(CancelReason reason) {
        return timedOut(reason) && timeout != null
                ? "stopped after " + Durations.format(timeout) + " (--timeout)"
                : "stopped by a signal";
    }

    private static boolean timedOut(CancelReason reason) {
        return reason.kind() == CancelReason.Kind.DEADLINE;
    }

    private static int exitCode(Report report, Optional<CancelReason> stopped) {
        if (stopped.isPresent() && !timedOut(stopped.get())) {
            return INTERRUPTED;
        }
        return report.hasBroken() ? BROKEN : stopped.isPresent() ? TIMED_OUT : CLEAN;
    }

    private void write(Report report) throws IOException {
        PrintWriter out = command().getOut();
        if (json) {
            JsonWriter.write(report, out);
        } else {
            TableWriter.write(report, out);
        }
        out.flush();
    }

    private Progress progress() {
        boolean shown = showProgress != null
                ? showProgress
                : Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent();
        return shown ? Progress.bar() : Progress.NONE;
    }

    private Settings settings() {
        return new Settings(
                atLeast(1, concurrency, "--concurrency"),
                atLeast(1, perHost, "--per-host"),
                requestTimeout,
                atLeast(0, retries, "--retries"),
                atLeast(1, maxPages, "--max-pages"),
                slow,
                external);
    }

    private int atLeast(int least, int value, String option) {
        if (value < least) {
            throw usage(option + " is " + value + "; it must be at least " + least);
        }
        return value;
    }

    private Site site() throws IOException {
        if (target == null) {
            return EmbeddedSite.open();
        }
        try {
            if (target.contains("://")) {
                return Site.at(Link.of(target).target());
            }
            Path folder = Path.of(target);
            if (Files.isDirectory(folder)) {
                return Site.folder(folder);
            }
            throw usage("no such folder: " + target + "; a site needs http:// or https://");
        } catch (URISyntaxException e) {
            throw usage("cannot read the URL " + target + ": " + e.getReason());
        } catch (InvalidPathException e) {
            throw usage("neither a URL nor a folder: " + target);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command(), message);
    }

    private CommandLine command() {
        return Objects.requireNonNull(spec, "set by picocli").commandLine();
    }
}
