// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link Inspector} is reached, and what it may do. Immutable; every method is named like the option and returns a new value:
 *
 * {@snippet class="dev.espalier.inspect.examples.InspectExamples" region="inspectorOptions"}
 *
 * @since 0.1
 */
public final class InspectorOptions {
    /** A free port, a token that nobody can guess, and no cancelling. */
    public static final InspectorOptions DEFAULT = new InspectorOptions(0, null, false, 50);

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{16,200}");

    private final int port;
    private final @Nullable String token;
    private final boolean allowCancel;
    private final int failures;

    private InspectorOptions(int port, @Nullable String token, boolean allowCancel, int failures) {
        this.port = port;
        this.token = token;
        this.allowCancel = allowCancel;
        this.failures = failures;
    }

    /**
     * The port of the loopback interface.
     *
     * @param port 0 for a free one, which is also what is used unless it is given
     * @return new options
     */
    public InspectorOptions port(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + "; it must be 0 (any free one) to 65535");
        }
        return new InspectorOptions(port, token, allowCancel, failures);
    }

    /**
     * A token of your own, so that a page that is open finds a program that was started again. Every process of this machine that knows it can look,
     * so treat it as a password.
     *
     * @param token 16 to 200 letters, digits, {@code -} or {@code _}; a random one for each inspector unless it is given
     * @return new options
     */
    public InspectorOptions token(String token) {
        if (!TOKEN.matcher(Objects.requireNonNull(token, "token")).matches()) {
            throw new IllegalArgumentException("the token has " + token.length()
                    + " characters, or some that a URL cannot have; it must be 16 to 200 letters, digits, - or _");
        }
        return new InspectorOptions(port, token, allowCancel, failures);
    }

    /**
     * Whether a group can be cancelled from the page.
     *
     * @param allowCancel false unless it is given
     * @return new options
     */
    public InspectorOptions allowCancel(boolean allowCancel) {
        return new InspectorOptions(port, token, allowCancel, failures);
    }

    /**
     * How many of the last failed groups are remembered, as text.
     *
     * @param failures 0 or more; 50 unless it is given
     * @return new options
     */
    public InspectorOptions failures(int failures) {
        if (failures < 0) {
            throw new IllegalArgumentException("failures is " + failures + "; it must be 0 or more");
        }
        return new InspectorOptions(port, token, allowCancel, failures);
    }

    /**
     * The port.
     *
     * @return 0 for a free one
     */
    public int port() {
        return port;
    }

    /**
     * The token.
     *
     * @return null for a random one
     */
    public @Nullable String token() {
        return token;
    }

    /**
     * Whether a group can be cancelled from the page.
     *
     * @return whether
     */
    public boolean allowCancel() {
        return allowCancel;
    }

    /**
     * How many failed groups are remembered.
     *
     * @return 0 or more
     */
    public int failures() {
        return failures;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "InspectorOptions[port=" + port + ", allowCancel=" + allowCancel + ", failures=" + failures + "]";
    }
}
