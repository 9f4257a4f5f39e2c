// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.spi.Backend;

/** Owns the groups of an application's managed tasks and hooks, in place of a thread. It is the root of a tree: no cancellation comes from around. */
final class AppStrand extends ThreadlessStrand {
    private final String name;
    private final Backend backend;

    AppStrand(String name, Backend backend) {
        super(null);
        this.name = name;
        this.backend = backend;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    String describe() {
        return "application '" + name + "'";
    }
}
