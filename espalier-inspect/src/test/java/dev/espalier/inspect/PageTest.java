// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.espalier.TaskGroup;
import dev.espalier.TaskGroupException;
import dev.espalier.sync.Event;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The page in a browser. */
class PageTest {
    private static final String TOKEN = "a-token-of-my-own_1";

    private static Chromium chromium;

    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

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

    @BeforeEach
    void openTab() {
        context = chromium.browser().newContext(new Browser.NewContextOptions().setViewportSize(1280, 800));
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("ERR_")) {
                complaints.add(message.text());
            }
        });
    }

    @AfterEach
    void closeTab() {
        context.close();
        assertThat(complaints)
                .as("errors of the page, and of its content policy")
                .isEmpty();
    }

    private void open(Inspector inspector) {
        page.navigate(inspector.url().toString());
        assertThat(page.locator("#link")).hasText("Live");
    }

    private Locator row(String name) {
        return page.getByRole(AriaRole.TREEITEM)
                .filter(new Locator.FilterOptions()
                        .setHas(page.locator(
                                ".name", new Page.LocatorOptions().setHasText(Pattern.compile("^" + name + "$")))));
    }

    @Test
    @DisplayName("tasks appear and end, and the token is not in the address line")
    void appearAndEnd() throws Exception {
        try (var inspector = Inspector.start()) {
            open(inspector);
            assertThat(page.locator("#empty")).isVisible();
            assertThat(URI.create(page.url()).getQuery()).isNull();
            var release = new Event("release");
            TaskGroup.run(o -> o.name("shop"), shop -> {
                var first = new Event("first");
                shop.fork("first", () -> first.await());
                shop.fork("second", () -> release.await());
                assertThat(row("first")).isVisible();
                assertThat(row("first")).containsText("waits for event 'first' at PageTest.");
                assertThat(row("shop")).containsText("2 tasks");
                assertThat(page.locator("[data-count=tasks]")).hasText("2");
                first.set();
                assertThat(row("first")).hasCount(0);
                assertThat(row("shop")).containsText("1 ended");
                release.set();
            });
            assertThat(row("shop")).hasCount(0);
            page.reload();
            assertThat(page.locator("#link")).hasText("Live");
        }
    }

    @Test
    @DisplayName("a group is cancelled from the page after a question, and its failures are told")
    void cancelAndFailures() throws Exception {
        try (var inspector = Inspector.start(o -> o.allowCancel(true))) {
            open(inspector);
            var release = new Event("release");
            try (var group = TaskGroup.open(o -> o.name("doomed"))) {
                group.fork("in it", () -> release.await());
                row("doomed").click();
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel group …"))
                        .click();
                assertThat(page.getByRole(AriaRole.DIALOG))
                        .containsText("group 'doomed' and everything below it (1 task)");
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Keep it"))
                        .click();
                assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
                assertThat(group.isCancelled()).isFalse();
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel group …"))
                        .click();
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel the group"))
                        .click();
                group.join();
                assertThat(group.isCancelled()).isTrue();
                assertThat(page.locator("#toast")).hasText("The group was asked to end.");
            }
            try {
                TaskGroup.run(o -> o.name("import"), group -> {
                    group.fork("waits", () -> release.await());
                    Await.waiting(release, 1);
                    group.fork("parses", () -> {
                        throw new IllegalArgumentException("<b>line 17</b>");
                    });
                });
            } catch (TaskGroupException e) {
                assertThat(e).hasMessageContaining("line 17");
            }
            assertThat(page.locator("#failure-count")).hasText("1");
            page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName("Failures"))
                    .click();
            Locator failure = page.locator(".failure");
            assertThat(failure).containsText("first: parses");
            assertThat(failure).containsText("java.lang.IllegalArgumentException: <b>line 17</b>");
            assertThat(failure).containsText("cancelled by it: waits");
        }
    }

    @Test
    @DisplayName("without allowCancel there is no button")
    void noButton() throws Exception {
        try (var inspector = Inspector.start()) {
            open(inspector);
            TaskGroup.run(o -> o.name("safe"), group -> {
                row("safe").click();
                assertThat(page.locator("#detail h2")).hasText("group 'safe'");
                assertThat(page.locator("#detail .danger")).hasCount(0);
            });
        }
    }

    @Test
    @DisplayName("when the server goes away the page says so, and when it is back, with the same token, goes on")
    void reconnect() throws Exception {
        var first = Inspector.start(o -> o.token(TOKEN));
        int port = first.url().getPort();
        var release = new Event("release");
        TaskGroup.run(o -> o.name("survivor"), group -> {
            group.fork("stays", () -> release.await());
            open(first);
            assertThat(row("stays")).isVisible();
            first.close();
            assertThat(page.locator("#link")).hasText("Connection lost, trying again");
            try (var _ = Inspector.start(o -> o.port(port).token(TOKEN))) {
                assertThat(page.locator("#link")).hasText("Live", soon());
                group.fork("new", () -> release.await());
                assertThat(row("new")).isVisible();
            }
            try (var _ = Inspector.start(o -> o.port(port))) {
                assertThat(page.locator("#link")).hasText("Started again: open its new URL", soon());
                complaints.removeIf(text -> text.contains("403")); // as it is meant
            }
            release.set();
        });
    }

    private static com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions soon() {
        return new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions().setTimeout(20_000);
    }

    @Test
    @DisplayName("of 100,000 tasks only the rows in view are in the page, down to the last one")
    void manyTasks() throws Exception {
        try (var inspector = Inspector.start()) {
            open(inspector);
            var release = new Event("release");
            TaskGroup.run(o -> o.name("crowd"), crowd -> {
                for (int i = 0; i < 100_000; i++) {
                    crowd.fork("one-" + i, () -> release.await());
                }
                Await.waiting(release, 100_000);
                assertThat(row("100,000 tasks alike")).isVisible();
                row("100,000 tasks alike").click();
                assertThat(page.locator("#detail")).containsText("100 of 100");
                page.keyboard().press("ArrowRight");
                assertThat(page.locator("#shown")).hasText("100,003 rows");
                assertThat(row("one-5")).isVisible();
                page.locator("#rows").press("End");
                assertThat(row("one-99999")).isVisible();
                assertThat(page.locator(".row").count()).isLessThan(150);
                page.locator("#query").fill("one-4242");
                assertThat(row("one-4242")).isVisible();
                assertThat(page.locator("#shown")).hasText("11 matches for “one-4242”");
                release.set();
            });
        }
    }

    @Test
    @DisplayName("the tree is used with the keyboard, and says its levels to who does not see it")
    void keyboard() throws Exception {
        try (var inspector = Inspector.start()) {
            var release = new Event("release");
            TaskGroup.run(o -> o.name("outer"), outer -> {
                outer.fork(
                        "parent",
                        () -> TaskGroup.run(o -> o.name("inner"), inner -> {
                            var _ = inner.fork("child", () -> release.await());
                        }));
                Await.waiting(release, 1);
                open(inspector);
                assertThat(row("child")).hasAttribute("aria-level", "5");
                page.keyboard().press("/");
                assertThat(page.locator("#query")).isFocused();
                page.keyboard().press("ArrowDown");
                assertThat(page.getByRole(AriaRole.TREE)).isFocused();
                page.keyboard().press("End");
                assertThat(row("child")).hasAttribute("aria-selected", "true");
                assertThat(page.locator("#detail h2")).hasText("task 'child'");
                assertThat(page.locator(".stack .own").first()).containsText("PageTest.");
                assertThat(page.getByRole(AriaRole.TREE))
                        .hasAttribute("aria-activedescendant", row("child").getAttribute("id"));
                page.keyboard().press("ArrowLeft");
                assertThat(row("inner")).hasAttribute("aria-selected", "true");
                page.keyboard().press("ArrowLeft");
                assertThat(row("child")).hasCount(0);
                assertThat(row("inner")).hasAttribute("aria-expanded", "false");
                page.keyboard().press("ArrowRight");
                assertThat(row("child")).isVisible();
                release.set();
            });
        }
    }

    @Test
    @DisplayName("a circle of waits is at the top, and leads to who is in it")
    void deadlock() throws Exception {
        try (var inspector = Inspector.start()) {
            open(inspector);
            TaskGroup.run(
                    o -> o.name("bank"),
                    group -> Standstill.during(group, () -> {
                        assertThat(page.getByRole(AriaRole.ALERT))
                                .containsText("Deadlock: 2 waits, none of which ends before the next");
                        page.getByRole(AriaRole.ALERT)
                                .getByText("task 'book' waits for lock 'ledger'")
                                .click();
                        assertThat(page.locator("#detail h2")).hasText("task 'book'");
                        assertThat(row("book")).containsText("deadlock");
                    }));
            assertThat(page.locator(".alarm")).hasCount(0);
        }
    }
}
