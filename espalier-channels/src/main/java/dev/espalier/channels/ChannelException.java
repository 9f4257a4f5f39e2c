// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import org.jspecify.annotations.Nullable;

/**
 * A channel did not do what it was asked, because it has ended. Unchecked: an ordinary failure, and no cancellation.
 *
 * @since 0.1
 */
public abstract sealed class ChannelException extends RuntimeException
        permits ChannelClosedException, ChannelDoneException, ChannelFailedException {
    private static final long serialVersionUID = 1;

    ChannelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
