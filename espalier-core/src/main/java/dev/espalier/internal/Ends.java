// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import org.jspecify.annotations.Nullable;

/** What the ends of a group's tasks write: counted by their own threads, read by the owner. See Ledger. */
final class Ends {
    volatile long completed;
    volatile long cancelled;
    volatile long failed;
    /** Tasks, no daemons, that the cancellation of the group kept from ending or running; written before they are completed. */
    volatile long cutShort;
    /** Live daemons, and daemons that are just being refused. */
    volatile int daemons;
    /** The owner, while it waits; written by it, read by completions. */
    volatile @Nullable Thread waiter;
}
