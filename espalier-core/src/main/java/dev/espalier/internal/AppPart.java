// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.Action;
import java.util.Objects;

/** A hook or resource of an application. */
record AppPart(Kind kind, String name, Action action) {
    enum Kind {
        STARTUP("startup hook"),
        INTAKE("hook for the end of the intake"),
        SHUTDOWN("shutdown hook"),
        RESOURCE("resource");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    AppPart {
        Objects.requireNonNull(action, kind.text);
        if (Objects.requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("the name of a " + kind.text + " is blank; messages need one");
        }
    }

    String describe() {
        return kind.text + " '" + name + "'";
    }
}
