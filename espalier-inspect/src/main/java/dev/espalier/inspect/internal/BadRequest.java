// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import java.io.IOException;

/** A request that nobody should have made; the message is for whoever made it. */
final class BadRequest extends IOException {
    private static final long serialVersionUID = 1L;

    BadRequest(String message) {
        super(message);
    }
}
