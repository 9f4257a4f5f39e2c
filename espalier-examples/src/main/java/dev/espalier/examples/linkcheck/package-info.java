// SPDX-License-Identifier: Apache-2.0

/**
 * A link checker: crawls a site and reports broken links, bad anchors, redirects, and slow and flaky pages.
 *
 * <p>Use this package if you want to see a whole program on Espalier. Where to look:
 *
 * <ul>
 *   <li>{@code Crawl}: one task group with a limit; its body coordinates, its tasks visit one URL each.
 *   <li>{@code Fetcher}: a request that a deadline or a cancellation stops by the client's own means, and a retry.
 *   <li>{@code LinkChecker}: an application that a signal shuts down; in it, a cancel scope with the {@code --timeout}.
 * </ul>
 *
 * <p>The rest is plain code on one thread: {@code Frontier} and {@code Results} belong to the body of the group,
 * {@code Findings} and {@code Report} are made after it has ended. None of it has a lock.
 */
@NullMarked
package dev.espalier.examples.linkcheck;

import org.jspecify.annotations.NullMarked;
