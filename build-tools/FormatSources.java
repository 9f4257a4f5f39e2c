// SPDX-License-Identifier: Apache-2.0

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Formats the source files of all modules, or checks that they are formatted and that every snippet region is shown
 * somewhere: {@code FormatSources (check | fix) ROOT}. The root pom runs it with the JDK of the toolchain, because the
 * formatter parses with the javac of the JVM that it runs in; a Maven plugin would run in Maven's, which may be older
 * than the language of these sources.
 */
final class FormatSources {
    private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0\n";
    private static final Pattern TEXT_FILE = Pattern.compile(".*\\.(java|xml|properties|html|css|js|json|yml|yaml)");
    private static final Pattern REGION_START =
            Pattern.compile("@(?:start|highlight|replace|link)\\b[^\n]*?\\bregion\\s*=\\s*[\"']?([\\w.-]+)");
    private static final Pattern REGION_SHOWN = Pattern.compile("\\{@snippet[^}:]*?\\bregion\\s*=\\s*[\"']?([\\w.-]+)");

    private static final Pattern REGION_IN_PAGE = Pattern.compile("<!-- region: \\w+#([\\w.-]+) -->");

    private final Path root;
    private final boolean fix;
    private final Set<String> problems = new ConcurrentSkipListSet<>();

    private FormatSources(Path root, boolean fix) {
        this.root = root;
        this.fix = fix;
    }

    public static void main(String[] args) throws IOException {
        FormatSources run = new FormatSources(Path.of(args[1]), args[0].equals("fix"));
        List<Path> files = run.files();
        files.parallelStream().forEach(run::format);
        if (!run.problems.isEmpty()) {
            System.err.println("Not formatted; the command ./format formats everything that can be parsed:");
        } else if (!run.fix) {
            run.findRegionsThatNothingShows(files);
        }
        run.problems.forEach(problem -> System.err.println("  " + problem));
        System.exit(run.problems.isEmpty() ? 0 : 1);
    }

    /** The text files in the root directory, in each module and below its src directory. */
    private List<Path> files() throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(child -> !child.getFileName().toString().startsWith("."))
                    .flatMap(child -> Stream.concat(walk(child, 1), walk(child.resolve("src"), 100)))
                    .filter(file -> TEXT_FILE.matcher(file.toString()).matches())
                    .distinct()
                    .toList();
        }
    }

    private static Stream<Path> walk(Path path, int depth) {
        try {
            return Files.exists(path) ? Files.walk(path, depth).filter(Files::isRegularFile) : Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void format(Path file) {
        String text = read(file);
        try {
            String formatted = text.replaceAll("[ \t\r]+(?=\n|\\z)", "").stripTrailing() + "\n";
            if (file.toString().endsWith(".java")) {
                formatted = formatJava(formatted);
            }
            if (formatted.equals(text)) {
                return;
            }
            if (fix) {
                Files.writeString(file, formatted);
            } else {
                problems.add(root.relativize(file).toString());
            }
        } catch (FormatterException e) {
            e.diagnostics().forEach(diagnostic -> problems.add(root.relativize(file) + ":" + diagnostic));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String formatJava(String source) throws FormatterException {
        String withHeader = source.startsWith(HEADER) ? source : HEADER + "\n" + source;
        JavaFormatterOptions options = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build();
        return Formatter.createFormatter(options).formatSourceAndFixImports(withHeader);
    }

    /** A region that neither Javadoc nor a page of the guide shows is left over from an edit, or was meant to be shown. */
    private void findRegionsThatNothingShows(List<Path> files) {
        Stream<Path> pages = Stream.concat(walk(root, 1), walk(root.resolve("docs"), 100))
                .filter(file -> file.toString().endsWith(".md"));
        Set<String> shown = Stream.concat(
                        files.stream()
                                .flatMap(
                                        file -> REGION_SHOWN.matcher(read(file)).results()),
                        pages.flatMap(file -> REGION_IN_PAGE.matcher(read(file)).results()))
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        Path tests = Path.of("src", "test");
        files.stream()
                .filter(file -> root.relativize(file).toString().contains(tests.toString()))
                .forEach(file -> REGION_START
                        .matcher(read(file))
                        .results()
                        .map(match -> match.group(1))
                        .filter(region -> !shown.contains(region))
                        .forEach(region -> problems.add(
                                root.relativize(file) + ": neither Javadoc nor a page shows the region " + region)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
