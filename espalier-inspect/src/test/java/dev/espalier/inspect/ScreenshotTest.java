// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.Tasks;
import dev.espalier.sync.Event;
import dev.espalier.sync.Semaphore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Looks at the page at several sizes, light and dark; the pictures are in target, and with espalier.pictures=true in the guide. */
class ScreenshotTest {
    private static final Semaphore CONNECTIONS = new Semaphore("connections", 2);

    private static void query() throws InterruptedException {
        try (var _ = CONNECTIONS.acquire()) {
            Tasks.sleep(Duration.ofHours(1));
        }
    }

    @Test
    @DisplayName("nothing sticks out, at any size, light and dark")
    void pictures() throws Exception {
        Path folder = Files.createDirectories(
                Path.of(Boolean.getBoolean("espalier.pictures") ? "../docs/guide/images" : "target/pictures"));
        try (var chromium = Chromium.start();
                var inspector = Inspector.start(o -> o.allowCancel(true))) {
            failOnce();
            TaskGroup.run(o -> o.name("shop").timeout(Duration.ofMinutes(30)), shop -> {
                for (int i = 0; i < 400; i++) {
                    shop.fork("order-" + i, ScreenshotTest::query);
                }
                shop.fork(
                        "search",
                        () -> TaskGroup.run(o -> o.name("shards"), shards -> {
                            for (int i = 0; i < 3; i++) {
                                var _ = shards.fork(
                                        "shard-" + i,
                                        () -> new java.util.concurrent.LinkedBlockingQueue<String>().take());
                            }
                        }));
                shop.forkDaemon("metrics", () -> Tasks.sleep(Duration.ofHours(1)));
                Await.until(() -> CONNECTIONS.statistics().waiting().size() == 398);
                Standstill.during(shop, () -> {
                    for (var scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                        for (int width : new int[] {1440, 1000, 390}) {
                            picture(chromium, inspector, folder, scheme, width);
                        }
                    }
                });
                shop.cancel();
            });
        }
        assertThat(folder.resolve("inspector-light.png")).isNotEmptyFile();
    }

    @Test
    @DisplayName("nothing of a recording sticks out, at any size, light and dark")
    void recordings() throws Exception {
        Path folder = Files.createDirectories(
                Path.of(Boolean.getBoolean("espalier.pictures") ? "../docs/guide/images" : "target/pictures"));
        Path file = Files.createDirectories(Path.of("target/pictures")).resolve("checkout.html");
        Checkout.run(); // once unrecorded, so that classes are loaded
        try (var recorder = Recorder.start()) {
            Checkout.run();
            recorder.writeHtml(file);
        }
        try (var chromium = Chromium.start()) {
            for (var scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                for (int width : new int[] {1440, 1000, 390}) {
                    recording(chromium, file, folder, scheme, width);
                }
            }
        }
        assertThat(folder.resolve("recording-light.png")).isNotEmptyFile();
    }

    private static void recording(Chromium chromium, Path file, Path folder, ColorScheme scheme, int width) {
        try (var context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 820)
                        .setColorScheme(scheme))) {
            Page page = context.newPage();
            page.navigate(file.toUri().toString());
            page.waitForSelector("html[data-ready=true]");
            page.locator("#query").fill("shipping");
            page.locator("#query").press("Enter");
            assertThat(page.locator("#detail h2")).hasText("task 'shipping'");
            page.locator("#query").press("Escape");
            page.waitForFunction("Number(document.getElementById('stage').dataset.drawn) > 1");
            keep(page, folder, "recording", scheme, width);
            fits(page, ".tools", width);
        }
    }

    private static void failOnce() throws Exception {
        var release = new Event("release");
        try {
            TaskGroup.run(o -> o.name("import"), group -> {
                group.fork("writes", () -> release.await());
                Await.waiting(release, 1);
                group.fork("parses", () -> {
                    throw new IllegalArgumentException("line 17: a quote is not closed");
                });
            });
        } catch (TaskGroupException e) {
            assertThat(e.leaves()).hasSize(1);
        }
    }

    private static void picture(Chromium chromium, Inspector inspector, Path folder, ColorScheme scheme, int width) {
        try (var context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 820)
                        .setColorScheme(scheme))) {
            Page page = context.newPage();
            page.navigate(inspector.url().toString());
            assertThat(page.locator(".alarm")).hasCount(1);
            Locator row = page.locator(".row", new Page.LocatorOptions().setHasText("transfer"));
            row.click();
            assertThat(page.locator("#detail .stack")).isVisible();
            keep(page, folder, "inspector", scheme, width);
            fits(page, ".tabs", width);
        }
    }

    /** Takes a picture, and keeps it where it is wanted. */
    private static void keep(Page page, Path folder, String what, ColorScheme scheme, int width) {
        String name = (width == 1440 ? what : what + "-" + width) + "-"
                + scheme.name().toLowerCase(java.util.Locale.ROOT);
        boolean wanted = width == 1440 || folder.startsWith("target");
        byte[] picture =
                page.screenshot(wanted ? new Page.ScreenshotOptions().setPath(folder.resolve(name + ".png")) : null);
        assertThat(picture).isNotEmpty();
    }

    /** Nothing has to be scrolled sideways, and nothing sticks out. */
    private static void fits(Page page, String buttons, int width) {
        assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("no scrolling sideways at " + width)
                .isTrue();
        assertThat((Boolean) page.evaluate("""
            [...document.querySelectorAll('.bar > *, .numbers dd, %s button, .foot')]
                .every(e => e.getBoundingClientRect().right <= innerWidth + 1)\
            """.formatted(buttons)))
                .as("nothing sticks out at " + width)
                .isTrue();
    }
}
