// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import dev.espalier.channels.Channel;
import dev.espalier.sync.Party;
import java.util.List;

/** Returns when so many threads are parked on a side of a channel, and no others are there. */
final class ChannelWaits {
    private ChannelWaits() {}

    static void forSenders(Channel<?> channel, int count) {
        Threads.until(() -> parked(channel.statistics().senders(), count));
    }

    static void forReceivers(Channel<?> channel, int count) {
        Threads.until(() -> parked(channel.statistics().receivers(), count));
    }

    private static boolean parked(List<Party> parties, int count) {
        return parties.size() == count
                && parties.stream().map(Party::thread).allMatch(thread -> switch (thread.getState()) {
                    case WAITING, TIMED_WAITING -> true;
                    default -> false;
                });
    }
}
