// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

/**
 * Something was sent to a channel that has been closed. The item was not handed over.
 *
 * @since 0.1
 */
public final class ChannelClosedException extends ChannelException {
    private static final long serialVersionUID = 1;

    ChannelClosedException(String channel) {
        super(channel + " is closed for sending; close it when every sender has ended", null);
    }
}
