// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

/** Where a lease was acquired, as a stack trace that the report of a pool's stragglers shows as suppressed. */
public final class LeaseSite extends Exception {
    private static final long serialVersionUID = 1;

    LeaseSite(String borrower) {
        super(borrower + " acquired it here", null, /* enableSuppression= */ false, /* writableStackTrace= */ true);
    }
}
