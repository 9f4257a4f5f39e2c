// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.CancelReason;
import dev.espalier.CancelScope;
import dev.espalier.Task;
import dev.espalier.TaskGroup;
import dev.espalier.internal.Census.Opened;
import dev.espalier.spi.TaskObserver;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The accounts of all groups, by name, and what is counted of the whole program. */
public final class Accounts implements TaskObserver {
    /*
     * On the way of a group that closes: a look-up by the name that it was given, and some adders. Of a task: nothing, since this class overrides no method that is told of tasks.
     *
     * A name is looked up in `known`. One that is not there is mapped, and gets an account or shares one. `known` is bounded too, since there may be any number of names that share one:
     * what finds no room in it is mapped again each time, and takes no lock for that: somebody may name each group by an id.
     *
     * Fields: `byTag` is written under the monitor, so that there are not more accounts than there may be; `known` by anyone, and may hold a few names more; `otherUsed` and `warned` once, by anyone.
     */
    static final String UNNAMED = "unnamed";
    static final String OTHER = "other";

    private static final int NAMES_FOR_A_TAG = 16;

    /** What was cancelled. */
    enum Cancelled {
        GROUP,
        TASK,
        SCOPE
    }

    private final int max;
    private final UnaryOperator<String> groupTag;
    private final Account unnamed = new Account(UNNAMED);
    private final Account other = new Account(OTHER);
    private final Map<String, Account> known = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Account> byTag = new ConcurrentHashMap<>();
    private final Map<Cancelled, Map<CancelReason.Kind, LongAdder>> cancellations = new EnumMap<>(Cancelled.class);
    private final Map<CancelReason.Kind, LongAdder> stuckReports = adders();
    private volatile boolean otherUsed;
    private volatile boolean warned;

    /** Is told of an account that has no meters yet. */
    private volatile Consumer<Account> announcer = _ -> {};

    /**
     * Accounts without any group.
     *
     * @param max how many tags there may be
     * @param groupTag makes the tag from a name
     */
    public Accounts(int max, UnaryOperator<String> groupTag) {
        this.max = max;
        this.groupTag = groupTag;
        for (Cancelled of : Cancelled.values()) {
            cancellations.put(of, adders());
        }
    }

    private static Map<CancelReason.Kind, LongAdder> adders() {
        var adders = new EnumMap<CancelReason.Kind, LongAdder>(CancelReason.Kind.class);
        for (CancelReason.Kind kind : CancelReason.Kind.values()) {
            adders.put(kind, new LongAdder());
        }
        return adders;
    }

    void announceTo(Consumer<Account> newAnnouncer) {
        announcer = newAnnouncer;
    }

    // ---- what is told

    @Override
    public void groupClosed(TaskGroup group) {
        Opened opened = Opened.of(group);
        Account account = of(opened);
        account.closed(opened);
        announce(account);
    }

    @Override
    public void cancelled(CancelScope scope, CancelReason reason) {
        Cancelled of = scope instanceof TaskGroup
                ? Cancelled.GROUP
                : scope instanceof Task<?> ? Cancelled.TASK : Cancelled.SCOPE;
        cancellations(of, reason.kind()).increment();
    }

    @Override
    public void stuck(Stuck report) {
        stuckReports(report.reason().kind()).increment();
    }

    LongAdder cancellations(Cancelled of, CancelReason.Kind kind) {
        return Objects.requireNonNull(
                Objects.requireNonNull(cancellations.get(of)).get(kind));
    }

    LongAdder stuckReports(CancelReason.Kind kind) {
        return Objects.requireNonNull(stuckReports.get(kind));
    }

    // ---- by name

    Account unnamed() {
        return unnamed;
    }

    /** The account of a group. */
    Account of(Opened group) {
        String name = group.givenName();
        if (name == null) {
            return unnamed;
        }
        Account account = known.get(name);
        return account != null ? account : meet(name);
    }

    /** Runs the user's code, with no lock held. What it throws must not take all other figures away. */
    private String tag(String name) {
        try {
            String tag = groupTag.apply(name);
            return tag == null || tag.isBlank() ? OTHER : tag;
        } catch (RuntimeException e) {
            if (!warned) {
                warned = true;
                System.getLogger("dev.espalier")
                        .log(
                                System.Logger.Level.WARNING,
                                "groupTag threw for the name '" + name + "'; such groups are counted as " + OTHER
                                        + ", and this is not said again",
                                e);
            }
            return OTHER;
        }
    }

    private Account meet(String name) {
        String tag = tag(name);
        Account account = switch (tag) {
            case OTHER -> null;
            case UNNAMED -> unnamed;
            default -> byTag.get(tag);
        };
        if (account == null) {
            account = tag.equals(OTHER) || byTag.size() >= max ? other : open(tag);
        }
        if (account == other && !otherUsed) {
            otherUsed = true;
        }
        if (known.size() < NAMES_FOR_A_TAG * Math.max(max, 1)) {
            known.put(name, account);
        }
        return account;
    }

    private synchronized Account open(String tag) {
        return byTag.size() >= max ? byTag.getOrDefault(tag, other) : byTag.computeIfAbsent(tag, Account::new);
    }

    /** Sees to it that an account has its meters. */
    void announce(Account account) {
        if (!account.announced) {
            announcer.accept(account);
        }
    }

    /** All accounts that have been used, and that of groups without a name. */
    List<Account> all() {
        var all = new ArrayList<>(byTag.values());
        all.add(unnamed);
        if (otherUsed) {
            all.add(other);
        }
        return all;
    }
}
