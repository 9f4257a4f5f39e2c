// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

/** Where a task was forked, as a stack trace that its failure shows as suppressed (F9). */
public final class ForkSite extends Exception {
    private static final long serialVersionUID = 1;

    ForkSite(String task) {
        super(task + " was forked here", null, /* enableSuppression= */ false, /* writableStackTrace= */ true);
    }
}
