// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelReason.Kind;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes reasons, where somebody asks: cancelling itself only marks. */
final class Reasons {
    private Reasons() {}

    /** The effective reason; where a shield has gone up since the decision, one that says no more than that. */
    static CancelReason of(Scope scope) {
        CancelReason reason = scope.effectiveReason();
        return reason != null ? reason : plain(scope, scope.describe() + " was cancelled");
    }

    /** The effective reason as code in a scope sees it; null if it is not cancelled. */
    static @Nullable CancelReason effective(Scope scope) {
        Scope by = scope.cancelledBy();
        if (by == null) {
            return null;
        }
        CancelReason reason = Objects.requireNonNull(own(by));
        Strand here = scope.home();
        if (here == null || by.home() == here || by == here.parent) {
            return reason; // cancelled on this very thread, or it is the task's own group
        }
        return new CancelReason(
                Kind.PARENT_CANCELLED,
                by.describe() + ", which is around " + scope.describe() + ", was cancelled: " + reason.message(),
                by,
                reason.task(),
                reason.exception(),
                reason);
    }

    /** Why a scope itself was cancelled; null if it was not. */
    static @Nullable CancelReason own(Scope scope) {
        return switch (scope.cause) {
            case null -> null;
            case CancelReason reason -> reason;
            case TaskNode<?> failed ->
                new CancelReason(
                        Kind.SIBLING_FAILED,
                        failed.describe() + " of " + scope.describe() + " failed: " + Shown.of(failed.failure()),
                        scope,
                        failed,
                        failed.failure(),
                        null);
            case Object other -> throw new AssertionError(other);
        };
    }

    static CancelReason plain(@Nullable Scope scope, String message) {
        return new CancelReason(Kind.ASKED, message, scope, null, null, null);
    }
}
