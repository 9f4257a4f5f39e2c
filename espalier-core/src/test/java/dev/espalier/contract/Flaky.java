// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fails so often, each time with an exception of its own, and then returns how often it was called. */
final class Flaky {
    final List<IOException> thrown = new ArrayList<>();
    private final int failures;
    int calls;

    Flaky(int failures) {
        this.failures = failures;
    }

    int call() throws IOException {
        if (++calls <= failures) {
            var e = new IOException("attempt " + calls);
            thrown.add(e);
            throw e;
        }
        return calls;
    }
}
