// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.espalier.TaskGroup;
import dev.espalier.sync.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recording in a browser. */
class RecorderPageTest {
    private static Chromium chromium;

    @TempDir
    Path folder;

    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    @BeforeAll
    static void startBrowser() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void closeTab() {
        if (context != null) {
            context.close();
        }
        assertThat(complaints)
                .as("errors of the page, and of its content policy")
                .isEmpty();
        assertThat(requests).as("what the page asked for beside itself").isEmpty();
    }

    private void open(Recorder recorder, ColorScheme scheme, int width) throws Exception {
        Path file = folder.resolve("recording.html");
        recorder.writeHtml(file);
        open(file, scheme, width);
    }

    private void open(Path file, ColorScheme scheme, int width) {
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 820)
                        .setColorScheme(scheme));
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith("data:")
                    && !request.url().equals(file.toUri().toString())) {
                requests.add(request.url());
            }
        });
        page.navigate(file.toUri().toString());
        page.waitForSelector("html[data-ready=true]");
    }

    private void picture(String name) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/pictures"));
        page.waitForFunction("Number(document.getElementById('stage').dataset.drawn) > 0");
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name + ".png")));
    }

    @Test
    @DisplayName(
            "a recording of five tasks, of five hundred and of a hundred thousand can be looked at, light and dark")
    void pictures() throws Exception {
        for (int tasks : new int[] {5, 500, 100_000}) {
            try (var recorder = Recorder.start()) {
                var done = new Event("all are there");
                TaskGroup.run(o -> o.name("shop"), shop -> {
                    for (int i = 0; i < tasks; i++) {
                        int n = i;
                        shop.fork("order-" + i, () -> {
                            if (n % 7 == 3) {
                                done.await();
                            }
                            return n;
                        });
                    }
                    done.set();
                });
                for (var scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                    open(recorder, scheme, 1440);
                    assertThat(page.locator("[data-count=tasks]")).hasText(String.format(Locale.ROOT, "%,d", tasks));
                    picture("recording-" + tasks + "-" + scheme.name().toLowerCase(Locale.ROOT));
                    context.close();
                }
            }
        }
    }

    private void openCheckout() throws Exception {
        try (var recorder = Recorder.start()) {
            Checkout.run();
            open(recorder, ColorScheme.LIGHT, 1280);
        }
    }

    private Object js(String expression) {
        return page.evaluate("() => { const e = window.espalier; return " + expression + "; }");
    }

    private void search(String query) {
        page.locator("#query").fill(query);
        page.locator("#query").press("Enter");
    }

    @Test
    @DisplayName("what is selected says its times, its waits and for what, its exception, and who cancelled it and why")
    void details() throws Exception {
        openCheckout();
        search("payment");
        assertThat(page.locator("#detail h2")).hasText("task 'payment'");
        assertThat(page.locator("#detail .state")).hasText("failed");
        assertThat(page.locator("#detail .exception")).hasText("java.lang.IllegalStateException: the card was refused");
        assertThat(page.locator("#detail .path").first()).containsText("group 'checkout'");
        assertThat(page.locator("#detail .spans")).containsText("for task 'prices'");
        assertThat(page.locator("#said")).hasText("task 'payment', failed");
        page.locator("#detail .spans .go").first().click();
        assertThat(page.locator("#detail h2")).hasText("task 'prices'");
        search("shipping");
        assertThat(page.locator("#detail .state")).hasText("cancelled");
        assertThat(page.locator("#detail"))
                .containsText("task 'payment' of group 'checkout' failed: java.lang.IllegalStateException: the card was"
                        + " refused");
        assertThat(page.locator("#detail")).containsText("by task 'payment'");
        search("suppliers");
        assertThat(page.locator("#detail h2")).hasText("group 'suppliers'");
        assertThat(page.locator("#detail .facts")).containsText("succeeded6");
    }

    @Test
    @DisplayName("search finds names, waits and failures, goes on with Enter, and says how many there are")
    void searching() throws Exception {
        openCheckout();
        page.locator("#query").fill("SUPPLIER-");
        assertThat(page.locator("#matches")).hasText("6 found");
        page.locator("#query").press("Enter");
        assertThat(page.locator("#matches")).hasText("1 of 6");
        page.locator("#query").press("Shift+Enter");
        assertThat(page.locator("#matches")).hasText("6 of 6");
        page.locator("#query").fill("card was refused");
        assertThat(page.locator("#matches")).hasText("3 found"); // the two that failed by it, and whom it cancelled
        page.locator("#query").fill("the carrier is there");
        assertThat(page.locator("#matches")).hasText("1 found");
        page.locator("#query").fill("no such thing");
        assertThat(page.locator("#matches")).hasText("nothing");
        page.locator("#query").press("Escape");
        assertThat(page.locator("#matches")).hasText("");
        assertThat(page.locator("#fall")).isFocused();
    }

    @Test
    @DisplayName("keys move, open and shut, zoom and pan")
    void keyboard() throws Exception {
        openCheckout();
        page.keyboard().press("Home");
        page.keyboard().press("ArrowDown");
        assertThat(page.locator("#detail h2")).hasText("group 'checkout'");
        int rows = ((Number) js("e.rows.length")).intValue();
        page.keyboard().press("ArrowLeft");
        assertThat(page.locator("#said")).hasText("group 'checkout', shut");
        assertThat(((Number) js("e.rows.length")).intValue()).isLessThan(rows);
        page.keyboard().press("Enter");
        assertThat(((Number) js("e.rows.length")).intValue()).isEqualTo(rows);
        page.keyboard().press("End");
        assertThat(page.locator("#detail h2")).hasText("task 'shipping'");
        page.keyboard().press("ArrowLeft");
        assertThat(page.locator("#detail h2")).hasText("group 'checkout'");
        double span = ((Number) js("e.fall.to - e.fall.from")).doubleValue();
        double from = ((Number) js("e.fall.from")).doubleValue();
        page.keyboard().press("+");
        page.keyboard().press("+");
        assertThat(((Number) js("e.fall.to - e.fall.from")).doubleValue()).isLessThan(span * 0.4);
        page.keyboard().press("Shift+ArrowRight");
        assertThat(((Number) js("e.fall.from")).doubleValue()).isGreaterThan(from);
        page.keyboard().press("0");
        assertThat(((Number) js("e.fall.to - e.fall.from")).doubleValue()).isEqualTo(span);
        page.keyboard().press("Backspace");
        assertThat(((Number) js("e.rows.length")).intValue()).isEqualTo(2);
        page.keyboard().press("*");
        assertThat(((Number) js("e.rows.length")).intValue()).isEqualTo(rows);
    }

    @Test
    @DisplayName("the wheel with Ctrl, as a pinch comes, zooms where the pointer is; dragging pans; a click selects and"
            + " opens")
    void pointer() throws Exception {
        openCheckout();
        var box = page.locator("#fall").boundingBox();
        double x = box.x + box.width * 0.7;
        double y = box.y + 28 + 24 * 3.5;
        page.mouse().move(x, y);
        assertThat(page.locator("#tip")).containsText("task 'advice'");
        double at = ((Number) js("e.fall.timeAt(" + (x - box.x) + ")")).doubleValue();
        double span = ((Number) js("e.fall.to - e.fall.from")).doubleValue();
        page.keyboard().down("Control");
        page.mouse().wheel(0, -120);
        page.keyboard().up("Control");
        page.waitForFunction("before => window.espalier.fall.to - window.espalier.fall.from < before * 0.8", span);
        assertThat(((Number) js("e.fall.timeAt(" + (x - box.x) + ")")).doubleValue())
                .isCloseTo(at, org.assertj.core.data.Offset.offset(span / 1_000));
        double from = ((Number) js("e.fall.from")).doubleValue();
        page.mouse().down();
        page.mouse().move(x + 60, y);
        page.mouse().up();
        assertThat(((Number) js("e.fall.from")).doubleValue()).isLessThan(from);
        page.mouse().click(box.x + 100, y);
        assertThat(page.locator("#detail h2")).hasText("task 'advice'");
        assertThat(page.locator("#detail")).containsText("A scope in it:");
        int rows = ((Number) js("e.rows.length")).intValue();
        page.mouse().click(box.x + 27, box.y + 28 + 24 * 1.5);
        assertThat(((Number) js("e.rows.length")).intValue()).isLessThan(rows);
    }

    @Test
    @DisplayName("names and messages that look like HTML, script or JSON are text, and run nothing")
    void injection() throws Exception {
        String evil = "</script><script>window.evil=1</script><img src=x"
                + " onerror=window.evil=1>\"'`${window.evil=1}\u2028{data}{scripts}";
        try (var recorder = Recorder.start()) {
            TaskGroup.run(o -> o.name(evil).failurePolicy(dev.espalier.FailurePolicy.COLLECT), group -> {
                group.fork(evil, () -> {
                    throw new IllegalStateException(evil);
                });
            });
            open(recorder, ColorScheme.LIGHT, 1280);
        }
        page.keyboard().press("End");
        assertThat(page.locator("#detail h2")).hasText("task '" + evil.replace("\u2028", " ") + "'");
        assertThat(page.locator("#detail .exception")).containsText("<img src=x onerror=window.evil=1>");
        page.mouse().move(400, 300);
        assertThat(page.evaluate("window.evil")).isNull();
        assertThat(page.locator("script")).hasCount(2);
        assertThat(page.locator("img")).hasCount(1);
    }

    @Test
    @DisplayName("the content policy lets no other script run, and nothing be loaded or sent")
    void policy() throws Exception {
        openCheckout();
        page.evaluate("""
            () => {
                const script = document.createElement('script');
                script.textContent = 'window.evil = 1';
                document.body.append(script);
                return fetch('http://127.0.0.1:9/').catch(() => 0);
            }\
            """);
        assertThat(page.evaluate("window.evil")).isNull();
        assertThat(complaints)
                .isNotEmpty()
                .allMatch(text -> text.contains("Content Security Policy") || text.contains("Refused to connect"));
        complaints.clear();
        requests.clear();
    }

    @Test
    @DisplayName("of a hundred thousand tasks all can be reached, and a picture takes less than a quarter of a second")
    void many() throws Exception {
        try (var recorder = Recorder.start()) {
            TaskGroup.run(o -> o.name("crowd"), crowd -> {
                for (int i = 0; i < 100_000; i++) {
                    crowd.fork("one-" + i, () -> {});
                }
            });
            open(recorder, ColorScheme.LIGHT, 1280);
        }
        assertThat(page.locator("#shown")).hasText("2 rows");
        page.keyboard().press("*");
        assertThat(page.locator("#shown")).hasText("100,002 rows");
        page.keyboard().press("End");
        assertThat(page.locator("#detail h2")).hasText("task 'one-99999'");
        search("one-4242");
        assertThat(page.locator("#matches")).hasText("1 of 11");
        assertThat(page.locator("#detail h2")).hasText("task 'one-4242'");
        double slowest = ((Number) page.evaluate("""
            () => {
                const { fall, rows } = window.espalier;
                let slowest = 0;
                for (const shut of [false, true]) {
                    if (shut) rows.shutAll();
                    for (let i = 0; i < 10; i++) {
                        fall.zoom(0.9);
                        const before = performance.now();
                        fall.draw();
                        slowest = Math.max(slowest, performance.now() - before);
                    }
                }
                return slowest;
            }\
            """)).doubleValue();
        assertThat(slowest).isLessThan(250);
    }

    @Test
    @DisplayName("what was forgotten is said at the top; nothing recorded and a file that is cut off say so")
    void notices() throws Exception {
        try (var recorder = Recorder.start(o -> o.limit(1))) {
            TaskGroup.run(group -> {
                for (int i = 0; i < 20_000; i++) {
                    group.fork(() -> {});
                }
            });
            open(recorder, ColorScheme.LIGHT, 1280);
            assertThat(page.locator("#notice")).containsText("and forgot ");
            assertThat(page.locator("#notice")).containsText(" tasks, ");
            context.close();
        }
        try (var recorder = Recorder.start(o -> o.last(java.time.Duration.ofNanos(1)))) {
            open(recorder, ColorScheme.LIGHT, 1280);
            assertThat(page.locator("#notice")).isHidden();
            assertThat(page.locator("#empty")).containsText("Nothing happened");
        }
    }
}
