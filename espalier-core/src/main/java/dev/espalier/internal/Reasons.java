// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import org.jspecify.annotations.Nullable;

/** Reasons that are never missing. */
final class Reasons {
    private Reasons() {}

    /** The effective reason; where a shield has gone up since the decision, one that says no more than that. */
    static CancelReason of(Scope scope) {
        CancelReason reason = scope.effectiveReason();
        return reason != null ? reason : plain(scope, scope.describe() + " was cancelled");
    }

    static CancelReason plain(@Nullable Scope scope, String message) {
        return new CancelReason(Kind.ASKED, message, scope, null, null, null);
    }
}
