// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The Java code in the README and the guide is code that the tests run. Each {@code ```java} block follows a line
 * {@code <!-- region: File#region -->} and equals that region of {@code File.java} in one of the folders of examples.
 */
class DocsTest {
    private static final Path ROOT = root();
    private static final List<Path> EXAMPLES = Stream.of(
                    "espalier-core/src/test/java/dev/espalier",
                    "espalier-test/src/test/java/dev/espalier/test/examples",
                    "espalier-integration/src/test/java/dev/espalier/integration",
                    "espalier-benchmarks/src/main/java/dev/espalier/benchmarks",
                    "espalier-channels/src/test/java/dev/espalier/channels",
                    "espalier-inspect/src/test/java/dev/espalier/inspect/examples",
                    "espalier-context-propagation/src/test/java/dev/espalier/context/examples",
                    "espalier-micrometer/src/test/java/dev/espalier/micrometer/examples",
                    "espalier-opentelemetry/src/test/java/dev/espalier/opentelemetry/examples",
                    "espalier-spring-boot-starter/src/test/java/dev/espalier/spring/boot/examples",
                    "espalier-examples-spring/src/main/java/dev/espalier/examples/shop")
            .map(ROOT::resolve)
            .toList();
    private static final Pattern COMMENT = Pattern.compile("<!-- region: (\\w+)#(\\w+) -->");

    /** Before a table each of whose right-hand cells is code of the tests of these classes. */
    private static final Pattern CELLS = Pattern.compile("<!-- cells: ([\\w ]+) -->");

    private static final Pattern CODE_SPAN = Pattern.compile("`([^`]+)`");

    private record Block(int line, String comment, String code) {}

    @TestFactory
    @DisplayName("the Java code of the README and the guide is what the tests run")
    Stream<DynamicTest> blocks() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        for (Path page : pages()) {
            for (Block block : blocksOf(Files.readAllLines(page))) {
                String where = ROOT.relativize(page) + ":" + block.line();
                tests.add(dynamicTest(where, () -> check(where, block)));
            }
        }
        return tests.stream();
    }

    @Test
    @DisplayName("the README and the guide have Java code")
    void pagesHaveCode() throws IOException {
        assertThat(blocksOf(Files.readAllLines(ROOT.resolve("README.md")))).hasSize(1);
        assertThat(blocksOf(Files.readAllLines(ROOT.resolve("docs/guide/groups-and-scopes.md"))))
                .isNotEmpty();
    }

    @TestFactory
    @DisplayName("each right-hand cell of a table that says so is code that the tests run")
    Stream<DynamicTest> cells() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        for (Path page : pages()) {
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                Matcher comment = CELLS.matcher(lines.get(i).strip());
                if (comment.matches()) {
                    String where = ROOT.relativize(page) + ":" + (i + 1);
                    List<String> rows = rowsAfter(lines, i + 1);
                    tests.add(dynamicTest(where, () -> checkCells(where, rows, comment.group(1))));
                }
            }
        }
        return tests.stream();
    }

    @Test
    @DisplayName("the page for those who come from other languages consists of such tables")
    void comingFromHasCells() throws IOException {
        List<String> lines = Files.readAllLines(ROOT.resolve("docs/coming-from.md"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("|---")) {
                assertThat(lines.get(i - 2)).as("docs/coming-from.md:%d", i - 1).matches(CELLS);
            }
        }
        assertThat(lines).filteredOn(line -> CELLS.matcher(line).matches()).hasSizeGreaterThan(4);
    }

    @Test
    @DisplayName("a cell whose code stands nowhere, or only outside of the tests, is found")
    void cellsAreChecked() {
        String run = testedCode(List.of(
                "private static int helper() { return 1; } // helper() in a comment",
                "@Test",
                "@DisplayName(\"one { of them\")",
                "void one() { // two() in a comment",
                "    if (helper() ==",
                "            1) { run(\"}\"); }",
                "}",
                "void two() { helper(); never(); }"));
        assertThat(run).contains("helper()==1", "run(\"}\");").doesNotContain("two()", "never()", "return1");
    }

    private static List<String> rowsAfter(List<String> lines, int from) {
        var rows = new ArrayList<String>();
        for (int i = from; i < lines.size() && lines.get(i).startsWith("|"); i++) {
            rows.add(lines.get(i));
        }
        assertThat(rows).as("the table after line %d", from).hasSizeGreaterThan(2);
        return rows.subList(2, rows.size());
    }

    private static void checkCells(String where, List<String> rows, String classes) throws IOException {
        var run = new StringBuilder();
        for (String name : classes.strip().split(" +", -1)) {
            run.append(testedCode(Files.readAllLines(source(where, name)))).append('\n');
        }
        for (String row : rows) {
            List<String> cells = List.of(row.strip().replaceAll("^\\||\\|$", "").split("\\|", -1));
            List<String> spans = CODE_SPAN
                    .matcher(cells.getLast())
                    .results()
                    .map(span -> span.group(1))
                    .toList();
            assertThat(spans)
                    .as("%s: code in the right-hand cell of %s", where, row)
                    .isNotEmpty();
            for (String span : spans) {
                assertThat(run.toString().contains(withoutSpace(span)))
                        .as("%s: no test of %s has the code %s", where, classes, span)
                        .isTrue();
            }
        }
    }

    /** What stands in the test methods of a class, without comments and white space. */
    private static String testedCode(List<String> lines) {
        String source =
                lines.stream().map(line -> line.replaceAll("(^|\\s)// .*", "")).reduce("", (a, b) -> a + "\n" + b);
        var code = new StringBuilder();
        for (int at = source.indexOf("@Test\n"); at >= 0; at = source.indexOf("@Test\n", at + 1)) {
            int start = source.indexOf('{', source.indexOf("void ", at));
            code.append(source, start, endOfBraces(source, start)).append('\n');
        }
        return withoutSpace(code.toString());
    }

    private static int endOfBraces(String source, int start) {
        int depth = 0;
        boolean quoted = false;
        for (int i = start; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '"' && source.charAt(i - 1) != '\\') {
                quoted = !quoted;
            } else if (!quoted && c == '{') {
                depth++;
            } else if (!quoted && c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        throw new AssertionError("braces that do not end: " + source.substring(start));
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static void check(String where, Block block) throws IOException {
        Matcher comment = COMMENT.matcher(block.comment());
        assertThat(comment.matches())
                .as(
                        "%s: the line before a ```java block is <!-- region: File#region -->, and not: %s",
                        where, block.comment())
                .isTrue();
        Path file = source(where, comment.group(1));
        assertThat(block.code()).as(where).isEqualTo(region(Files.readAllLines(file), comment.group(2)));
    }

    private static Path source(String where, String name) {
        return EXAMPLES.stream()
                .map(folder -> folder.resolve(name + ".java"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError(where + ": no " + name + ".java in " + EXAMPLES));
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("docs/coming-from.md")));
        try (Stream<Path> guide = Files.list(ROOT.resolve("docs/guide"))) {
            guide.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    /** The {@code ```java} blocks of a page, each with the last line before it that is not blank. */
    private static List<Block> blocksOf(List<String> lines) {
        var blocks = new ArrayList<Block>();
        String before = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("```")) {
                int end = i + 1;
                while (!lines.get(end).strip().equals("```")) {
                    end++;
                }
                if (line.equals("```java")) {
                    blocks.add(new Block(i + 1, before, withoutIndentation(lines.subList(i + 1, end))));
                }
                i = end;
                before = "```";
            } else if (!line.isEmpty()) {
                before = line;
            }
        }
        return blocks;
    }

    private static String region(List<String> lines, String name) {
        int start = indexOf(lines, "// @start region=\"" + name + "\"", 0);
        return withoutIndentation(lines.subList(start + 1, indexOf(lines, "// @end", start)));
    }

    private static int indexOf(List<String> lines, String wanted, int from) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(wanted)) {
                return i;
            }
        }
        throw new AssertionError("no line: " + wanted);
    }

    private static String withoutIndentation(List<String> lines) {
        return String.join("\n", lines).stripIndent().strip();
    }

    /** The folder of the whole project: tests run in that of the module, or, from an editor, in this one. */
    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("espalier-core/pom.xml")) ? here : here.getParent();
    }
}
