// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final List<Double> NONE = List.of();

    private static Measured measured(String key, String contender, double... figures) {
        List<Double> rounds = Arrays.stream(figures).boxed().toList();
        return new Measured(Kind.ofKey(key), key, contender, rounds, rounds, rounds, NONE);
    }

    private static Report report(Measured... measured) {
        return new Report(List.of(measured), "On a machine.");
    }

    @Test
    @DisplayName("a key is made of the class and its parameters, and tells them in words")
    void keys() {
        var params = Map.of("owner", "PLATFORM", "busy", "1", "contender", "espalier", "size", "4");
        assertThat(Kind.of("SmallGroups").key(params, "SmallGroups")).isEqualTo("W2-4@platform+1");
        assertThat(Kind.W2.title("W2-4@platform+1"))
                .isEqualTo("W2 group of 4, from a platform thread, 1 processor busy");
        var lock = Map.of("primitive", "LOCK", "users", "64", "owner", "VIRTUAL", "busy", "0");
        assertThat(Kind.of("Primitives").key(lock, "Primitives")).isEqualTo("SYNC-LOCK-64");
        assertThat(Kind.SYNC.title("SYNC-LOCK-64")).isEqualTo("lock, users: 64");
        assertThat(Kind.of("Unknown").key(Map.of("n", "3"), "Unknown")).isEqualTo("OTHER-Unknown n=3");
        assertThat(Kind.OTHER.title("OTHER-Unknown n=3")).isEqualTo("Unknown n=3");
        assertThat(Kind.W3.title("W3+2")).isEqualTo("W3 tree of groups, 2 processors busy");
        assertThat(Kind.W6T.title("W6T")).isEqualTo("W6T timeout in a task");
        assertThat(Kind.W4.title("W4-1000000")).isEqualTo("W4 cancel 1,000,000 parked tasks");
        assertThat(Kind.ofKey("W6T")).isEqualTo(Kind.W6T);
    }

    @Test
    @DisplayName("a ratio is the median of those within the rounds, and not that of the medians")
    void ratios() {
        String text = report(measured("W3", "espalier", 10, 40, 300), measured("W3", "raw", 20, 50, 100))
                .markdown();
        // Rounds: 0.5, 0.8, 3; the medians' ratio would be 0.8 as well, but for the next one.
        assertThat(text).contains("| W3 tree of groups | ns/node | 40 (0.80) | 50 |");
        String other = report(measured("W3", "espalier", 10, 40, 60), measured("W3", "raw", 40, 10, 50))
                .markdown();
        // Rounds: 0.25, 4, 1.2; medians 40 and 40.
        assertThat(other).contains("| W3 tree of groups | ns/node | 40 (1.20) | 40 |");
    }

    @Test
    @DisplayName(
            "contenders are columns, in one order; what was not measured is a dash; a program outside has fewer rounds")
    void columns() {
        String text = report(
                        measured("W1-100000", "raw", 200, 200),
                        measured("W1-100000", "kotlin", 100, 100),
                        measured("W1-100000", "espalier", 150, 150),
                        Measured.outside("W2-4", "go", List.of(1_000.0)),
                        measured("W2-4", "raw", 4_000, 4_000))
                .markdown();
        assertThat(text)
                .contains("| workload | unit | espalier | raw | kotlin | go |")
                .contains("| W1 one group of 100,000 tasks | ns/task | 150 (0.75) | 200 | 100 (0.50) | – |")
                .contains("| W2 group of 4 | ns/group | – | 4,000 | – | 1,000 (0.25) |")
                .contains("### Processor time")
                .doesNotContain("### Primitives")
                .doesNotContain("### Work of busy neighbours");
    }

    @Test
    @DisplayName("a target is reached if it is in every round; more than that the figures do not say")
    void targets() {
        assertThat(judged(0.9, 1.0)).contains("| W3 tree of groups | raw | ≤ 1.00 | 0.95 | 0.90–1.00 | 0.90 | yes |");
        assertThat(judged(1.1, 1.2)).contains("| no |");
        assertThat(judged(0.8, 0.9, 1.2)).contains("| yes, but not in each round |");
        assertThat(judged(0.8, 1.1, 1.2)).contains("| 1.10 | 0.80–1.20 | 0.80 | not in each round |");
    }

    @Test
    @DisplayName("of the work of others there may not be less: that target is the other way round")
    void neighbours() {
        var espalier = new Measured(Kind.W2, "W2-4+1", "espalier", NONE, NONE, NONE, List.of(97.0, 95.0));
        var raw = new Measured(Kind.W2, "W2-4+1", "raw", NONE, NONE, NONE, List.of(100.0, 100.0));
        assertThat(report(espalier, raw).markdown())
                .contains("| W2 group of 4, 1 processor busy: work of others | raw | ≥ 0.98 | 0.96 | 0.95–0.97 | – | no"
                        + " |")
                .contains("### Work of busy neighbours");
        assertThat(report(raw, new Measured(Kind.W2, "W2-4+1", "espalier", NONE, NONE, NONE, List.of(99.0, 101.0)))
                        .markdown())
                .contains("| 1.00 | 0.99–1.01 | – | yes |");
    }

    private static String judged(double... ratios) {
        double[] ones = new double[ratios.length];
        Arrays.fill(ones, 1);
        return report(measured("W3", "espalier", ratios), measured("W3", "raw", ones))
                .markdown();
    }

    @Test
    @DisplayName("rows come in the order of the workloads, numbers by size")
    void order() {
        String text = report(
                        measured("W4-100000", "raw", 1),
                        measured("W2-16", "raw", 1),
                        measured("W2-4", "raw", 1),
                        measured("W6T", "raw", 1),
                        measured("W6", "raw", 1))
                .markdown();
        assertThat(text).containsSubsequence("| W2 group of 4 |", "| W2 group of 16 |", "| W4 ", "| W6 ", "| W6T ");
    }

    @Test
    @DisplayName(
            "the charts are XML that a browser can read, with every contender, and are left out if there is nothing to"
                    + " show")
    void charts() throws Exception {
        var all = new ArrayList<Measured>();
        for (String contender : List.of("espalier", "raw", "kotlin")) {
            for (int tasks = 1_000; tasks <= 1_000_000; tasks *= 10) {
                for (String kind : List.of("W1", "W4", "W5")) {
                    all.add(measured(kind + "-" + tasks, contender, 100 + contender.length()));
                }
            }
        }
        var report = new Report(all, "");
        for (String svg :
                List.of(report.ratioChart().orElseThrow(), report.growthChart().orElseThrow())) {
            var xml = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
            assertThat(xml.getElementsByTagName("circle").getLength()).isGreaterThan(9);
            assertThat(svg).contains(">espalier<", ">raw<", ">kotlin<").doesNotContain("NaN", "Infinity");
        }
        assertThat(report().ratioChart()).isEmpty();
        assertThat(report(measured("W1-1000", "raw", 5)).growthChart()).isEmpty();
    }

    @Test
    @DisplayName("the page keeps what is around the results")
    void page(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("performance.md");
        Files.writeString(page, "# Title\n\n" + Page.BEGIN + "\nold\n" + Page.END + "\n\n## After\n");
        Page.write(page, report(measured("W3", "espalier", 1), measured("W3", "raw", 2)));
        String written = Files.readString(page);
        assertThat(written)
                .startsWith("# Title\n\n" + Page.BEGIN + "\n\nOn a machine.\n")
                .endsWith("\n\n" + Page.END + "\n\n## After\n")
                .contains("![Ratios to raw threads](images/performance.svg)")
                .doesNotContain("old");
        assertThat(folder.resolve("images/performance.svg")).isNotEmptyFile();
        Page.write(page, report(measured("W3", "espalier", 1), measured("W3", "raw", 2)));
        assertThat(Files.readString(page)).isEqualTo(written);
    }

    @Test
    @DisplayName("a page without a place for results is left alone, with a message")
    void noPlace() {
        for (String page : List.of("# Title", Page.END + Page.BEGIN, Page.BEGIN + Page.BEGIN + Page.END)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Page.replaced(page, "results"))
                    .withMessageContaining(Page.BEGIN);
        }
    }

    @Test
    @DisplayName("docs/performance.md has a place for results")
    void thePage() throws Exception {
        Path page = Path.of("..", "docs", "performance.md");
        assertThat(Page.replaced(Files.readString(page), "results")).contains("results");
    }
}
