// SPDX-License-Identifier: Apache-2.0

package dev.espalier.channels;

import dev.espalier.internal.Shown;

/**
 * A channel has failed, with the failure as cause: that of its producer, as a rule. What was in it is discarded; a send that throws this has not handed over its item.
 *
 * @since 0.1
 */
public final class ChannelFailedException extends ChannelException {
    private static final long serialVersionUID = 1;

    ChannelFailedException(String channel, Throwable cause) {
        super(channel + " failed: " + Shown.of(cause), cause);
    }
}
