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
}
