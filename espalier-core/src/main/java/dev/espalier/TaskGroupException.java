// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import dev.espalier.internal.ForkSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of a group failed. The cause is the first failure, the others are suppressed, in the order in which they happened;
 * cancellations are not failures and are not in it. The shape is the same for one failure and for many.
 *
 * {@snippet class="dev.espalier.GuideExamples" region="rethrow"}
 *
 * @since 0.1
 */
public final class TaskGroupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Made by Espalier, and by {@link #split}.
     *
     * @param message what happened, with the number of failures
     * @param failures what the tasks threw, the first failure first; at least one
     */
    public TaskGroupException(String message, List<? extends Throwable> failures) {
        super(message, first(failures));
        failures.stream().skip(1).forEach(this::addSuppressed);
    }

    private static Throwable first(List<? extends Throwable> failures) {
        if (failures.isEmpty()) {
            throw new IllegalArgumentException("no failures: a TaskGroupException has at least one");
        }
        return Objects.requireNonNull(failures.getFirst(), "failure");
    }

    /**
     * The failures of this group's own tasks, the first one first, and what was suppressed in this exception on its way. A nested group's
     * exception counts as one.
     *
     * @return at least one
     */
    public List<Throwable> failures() {
        var all = new ArrayList<Throwable>();
        all.add(Objects.requireNonNull(getCause()));
        for (Throwable suppressed : getSuppressed()) {
            if (!(suppressed instanceof ForkSite)) {
                all.add(suppressed);
            }
        }
        return List.copyOf(all);
    }

    /**
     * All failures with those of nested groups in place of their exceptions, in order.
     *
     * @return at least one; none of them a {@code TaskGroupException}
     */
    public List<Throwable> leaves() {
        var leaves = new ArrayList<Throwable>();
        for (Throwable failure : failures()) {
            if (failure instanceof TaskGroupException nested) {
                leaves.addAll(nested.leaves());
            } else {
                leaves.add(failure);
            }
        }
        return List.copyOf(leaves);
    }

    /**
     * Divides the leaves by their type; nesting is kept.
     *
     * @param type the type to look for
     * @return what matches and what does not, each null if there is none
     */
    public Split split(Class<? extends Throwable> type) {
        Objects.requireNonNull(type, "type");
        return new Split(select(type, true), select(type, false));
    }

    private @Nullable TaskGroupException select(Class<? extends Throwable> type, boolean matching) {
        var selected = new ArrayList<Throwable>();
        for (Throwable failure : failures()) {
            if (failure instanceof TaskGroupException nested) {
                var part = nested.select(type, matching);
                if (part != null) {
                    selected.add(part);
                }
            } else if (type.isInstance(failure) == matching) {
                selected.add(failure);
            }
        }
        if (selected.isEmpty()) {
            return null;
        }
        var part = new TaskGroupException(String.valueOf(getMessage()), selected);
        part.setStackTrace(getStackTrace());
        return part;
    }

    /**
     * Throws the first leaf of this type, with its static type; returns if there is none.
     *
     * @param type the type to look for
     * @param <X> its static type
     * @throws X the first leaf of that type
     */
    public <X extends Throwable> void rethrow(Class<X> type) throws X {
        Objects.requireNonNull(type, "type");
        for (Throwable leaf : leaves()) {
            if (type.isInstance(leaf)) {
                throw type.cast(leaf);
            }
        }
    }

    /**
     * Hands the leaves of this type to a handler.
     *
     * @param type the type to look for
     * @param handler called once for each
     * @param <X> its static type
     * @return what remains, or empty if every leaf was handled
     */
    public <X extends Throwable> Optional<TaskGroupException> on(Class<X> type, Consumer<? super X> handler) {
        Objects.requireNonNull(handler, "handler");
        for (Throwable leaf : leaves()) {
            if (type.isInstance(leaf)) {
                handler.accept(type.cast(leaf));
            }
        }
        return Optional.ofNullable(select(type, false));
    }

    /**
     * The two halves of {@link TaskGroupException#split}.
     *
     * @param matching with the leaves of the type; null if there is none
     * @param rest with the other leaves; null if there is none
     */
    public record Split(
            @Nullable TaskGroupException matching, @Nullable TaskGroupException rest) {}
}
