// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/** Owns groups in place of a thread. */
abstract sealed class ThreadlessStrand extends Strand permits AppStrand, StreamStrand {
    ThreadlessStrand(@Nullable Scope parent) {
        super(parent);
    }

    @Override
    final boolean isRunning() {
        return false; // there is no thread to interrupt
    }

    @Override
    final boolean isOver() {
        return false; // nobody sees it, so nobody cancels it
    }
}
