// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

/**
 * Nothing will come from a channel any more: it has been closed, and everything that was sent has been received. Use {@link Source#receiveOrDone} or
 * {@link Source#forEach} where that is the ordinary end.
 *
 * @since 0.1
 */
public final class ChannelDoneException extends ChannelException {
    private static final long serialVersionUID = 1;

    ChannelDoneException(String channel) {
        super(channel + " is done: it is closed and empty; use receiveOrDone or forEach to notice the end", null);
    }
}
