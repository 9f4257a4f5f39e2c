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
                    "espalier-inspect/src/test/java/dev/espalier/inspect/examples")
            .map(ROOT::resolve)
            .toList();
    private static final Pattern COMMENT = Pattern.compile("<!-- region: (\\w+)#(\\w+) -->");

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

    private static void check(String where, Block block) throws IOException {
        Matcher comment = COMMENT.matcher(block.comment());
        assertThat(comment.matches())
                .as(
                        "%s: the line before a ```java block is <!-- region: File#region -->, and not: %s",
                        where, block.comment())
                .isTrue();
        Path file = EXAMPLES.stream()
                .map(folder -> folder.resolve(comment.group(1) + ".java"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError(where + ": no " + comment.group(1) + ".java in " + EXAMPLES));
        assertThat(block.code()).as(where).isEqualTo(region(Files.readAllLines(file), comment.group(2)));
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
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
