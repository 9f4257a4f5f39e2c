// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

/** Takes a cancellation through Spring MVC to the filter. */
final class RequestCutShort extends RuntimeException {
    private static final long serialVersionUID = 1;

    RequestCutShort(Exception cause) {
        super(cause.getMessage(), cause, /* enableSuppression= */ true, /* writableStackTrace= */ false);
    }
}
