// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarStyle;

/** Is told how far the crawl is; only by its body. */
interface Progress extends AutoCloseable {
    /** Shows nothing. */
    Progress NONE = (visited, known, broken) -> {};

    /**
     * Some URLs have been visited.
     *
     * @param visited how many so far
     * @param known how many are known so far
     * @param broken how many of the visited are broken
     */
    void update(int visited, int known, int broken);

    @Override
    default void close() {}

    /** A bar on the standard error stream, which is gone when it is closed. */
    static Progress bar() {
        ProgressBar bar = ProgressBar.builder()
                .setTaskName("linkcheck")
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .setConsumer(new ConsoleProgressBarConsumer(System.err, 79))
                .hideEta() // the end is not known before the last page
                .clearDisplayOnFinish()
                .build();
        return new Progress() {
            @Override
            public void update(int visited, int known, int broken) {
                bar.maxHint(known).stepTo(visited).setExtraMessage(broken == 0 ? "" : broken + " broken");
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
