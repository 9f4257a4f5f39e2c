// SPDX-License-Identifier: Apache-2.0

package dev.espalier.sync;

import java.util.concurrent.atomic.AtomicLong;

/** Names for what was given none, so that a message can tell one from another. */
final class Names {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private Names() {}

    static String next(String kind) {
        return kind + "-" + NUMBERS.incrementAndGet();
    }

    static String checked(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name is blank; leave it out or give one");
        }
        return name;
    }
}
