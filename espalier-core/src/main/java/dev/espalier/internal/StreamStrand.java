// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.Objects;

/**
 * Owns the group of a stream, in place of a thread: whichever thread evaluates the stream may fork in the group and end it. It hangs in the tree where the
 * evaluation began.
 */
final class StreamStrand extends ThreadlessStrand {
    StreamStrand(Scope around) {
        super(around);
    }

    @Override
    Strand host() {
        Strand home = Objects.requireNonNull(parent).home();
        return home == null ? this : home;
    }

    @Override
    boolean isTransparent() {
        return true;
    }

    @Override
    String describe() {
        return "a stream";
    }
}
