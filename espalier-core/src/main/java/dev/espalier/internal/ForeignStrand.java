// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.Deadline;
import dev.espalier.Registration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread that is no task of Espalier's, for as long as it is in a scope or owns an open group: main, a servlet's thread. */
final class ForeignStrand extends Strand {
    /** Stands for every thread that is in no scope. Nobody enters anything on it. */
    static final ForeignStrand ROOT = new ForeignStrand(null);

    ForeignStrand(@Nullable Thread thread) {
        super(null);
        this.thread = thread;
    }

    @Override
    boolean isRunning() {
        return true;
    }

    /** Whether nothing of Espalier is left on this thread. */
    boolean isIdle() {
        return current == this && groups == null;
    }

    @Override
    boolean isOver() {
        return false; // nobody sees it, so nobody cancels it
    }

    @Override
    String describe() {
        return "the root";
    }

    @Override
    public void cancel(String reason) {
        throw outside();
    }

    @Override
    public void deadline(Deadline deadline) {
        throw outside();
    }

    @Override
    public void shield(boolean shielded) {
        throw outside();
    }

    @Override
    public Registration onCancel(Consumer<CancelReason> callback) {
        return () -> {}; // never cancelled, so never called
    }

    private static IllegalStateException outside() {
        return new IllegalStateException(
                "the calling code is in no scope, and what is outside of all scopes is never cancelled;"
                        + " enter one with CancelScope.create().run(...), or open a group with TaskGroup.run(...)");
    }
}
