// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.CancelReason;
import dev.espalier.Registration;
import dev.espalier.spi.TaskObserver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** The meters in the registries. */
public final class Meters {
    /*
     * States: new -> bound, at the first registry -> closed. Every account has its meters in every registry: an account that comes looks at the registries, a registry that comes looks at the
     * accounts, both under the monitor.
     *
     * Lock order: the monitor is held while registries are called, whose listeners may read meters, and so take the lock of Readings; under that lock nobody waits for the monitor.
     *
     * Fields: all guarded by the monitor.
     */
    private final Accounts accounts;
    private final Readings readings;
    private final boolean taskDurations;
    private final IdentityHashMap<MeterRegistry, List<Meter>> bound = new IdentityHashMap<>();
    private final List<Registration> installed = new ArrayList<>();
    private boolean closed;

    /**
     * Meters in no registry.
     *
     * @param accounts what they show
     * @param maxAge how old it may be
     * @param taskDurations whether tasks are timed
     */
    public Meters(Accounts accounts, Duration maxAge, boolean taskDurations) {
        this.accounts = accounts;
        this.readings = new Readings(accounts, maxAge);
        this.taskDurations = taskDurations;
        accounts.announceTo(this::add);
    }

    /**
     * Registers all meters, and begins to observe.
     *
     * @param registry where
     */
    public void bindTo(MeterRegistry registry) {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("these metrics are closed; make new ones");
            }
            if (bound.containsKey(registry)) {
                return;
            }
            boolean whole = false;
            try {
                ofProgram(registry);
                for (Account account : accounts.all()) {
                    account.announced = true;
                    ofAccount(account, registry);
                }
                whole = true;
            } finally {
                if (!whole) {
                    unbind(registry);
                }
            }
            if (installed.isEmpty()) {
                installed.add(TaskObserver.install(accounts));
                if (taskDurations) {
                    installed.add(TaskObserver.install(new TaskTimes(accounts)));
                }
            }
        }
        readings.refresh(); // finds what is open already
    }

    private synchronized void add(Account account) {
        if (!account.announced && !closed) {
            account.announced = true; // also if a registry throws: not for each group again
            RuntimeException refused = null;
            for (MeterRegistry registry : List.copyOf(bound.keySet())) {
                try {
                    ofAccount(account, registry);
                } catch (RuntimeException e) { // the other registries are to have them all the same
                    if (refused != null) {
                        e.addSuppressed(refused);
                    }
                    refused = e;
                }
            }
            if (refused != null) {
                throw refused;
            }
        }
    }

    /** Observes no more, and takes all meters away. */
    public synchronized void close() {
        closed = true;
        installed.forEach(Registration::close);
        installed.clear();
        List.copyOf(bound.keySet()).forEach(this::unbind);
    }

    private void unbind(MeterRegistry registry) {
        accounts.all().forEach(account -> account.timers.removeIf(timers -> timers.registry() == registry));
        List<Meter> meters = bound.remove(registry);
        if (meters != null) {
            meters.forEach(registry::remove);
        }
    }

    // ---- which meters

    private void ofProgram(MeterRegistry registry) {
        for (CancelReason.Kind kind : CancelReason.Kind.values()) {
            String reason = kind.name().toLowerCase(Locale.ROOT);
            for (Accounts.Cancelled of : Accounts.Cancelled.values()) {
                keep(
                        registry,
                        FunctionCounter.builder(
                                        "espalier.cancellations", accounts.cancellations(of, kind), LongAdder::sum)
                                .description("Scopes that were cancelled: groups, tasks and others")
                                .tag("of", of.name().toLowerCase(Locale.ROOT))
                                .tag("reason", reason)
                                .register(registry));
            }
            keep(
                    registry,
                    FunctionCounter.builder("espalier.stuck.reports", accounts.stuckReports(kind), LongAdder::sum)
                            .description("Reports of threads that go on long after they were cancelled")
                            .tag("reason", reason)
                            .register(registry));
        }
    }

    private void ofAccount(Account account, MeterRegistry registry) {
        gauge(account, registry, "espalier.groups.open", "groups", "Groups that are open", Figures::open);
        gauge(account, registry, "espalier.tasks.live", "tasks", "Tasks that have not ended", Figures::live);
        gauge(
                account,
                registry,
                "espalier.tasks.stuck",
                "threads",
                "Threads that were last seen ignoring their cancellation",
                Figures::stuck);
        gauge(
                account,
                registry,
                "espalier.forks.waiting",
                "threads",
                "Threads that wait in fork for a place",
                Figures::waiting);
        keep(
                registry,
                counter(account, "espalier.tasks.forked", "Tasks that were forked", Figures::forked)
                        .register(registry));
        ended(account, registry, "succeeded", Figures::succeeded);
        ended(account, registry, "failed", Figures::failed);
        ended(account, registry, "cancelled", Figures::cancelled);
        keep(
                registry,
                FunctionTimer.builder(
                                "espalier.groups.duration",
                                account,
                                Account::closedGroups,
                                Account::nanos,
                                TimeUnit.NANOSECONDS)
                        .description("Groups that have closed, and how long they were open")
                        .tag("group", account.name)
                        .register(registry));
        if (taskDurations) {
            account.timers.add(new TaskTimers(
                    registry,
                    timer(account, registry, "succeeded"),
                    timer(account, registry, "failed"),
                    timer(account, registry, "cancelled")));
        }
    }

    private void gauge(
            Account account,
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<Figures> figure) {
        keep(
                registry,
                Gauge.builder(name, account, a -> figure.applyAsDouble(readings.of(a)))
                        .description(description)
                        .baseUnit(unit)
                        .tag("group", account.name)
                        .register(registry));
    }

    private FunctionCounter.Builder<Account> counter(
            Account account, String name, String description, ToDoubleFunction<Figures> figure) {
        return FunctionCounter.builder(name, account, a -> figure.applyAsDouble(readings.of(a)))
                .description(description)
                .baseUnit("tasks")
                .tag("group", account.name);
    }

    private void ended(Account account, MeterRegistry registry, String outcome, ToDoubleFunction<Figures> figure) {
        keep(
                registry,
                counter(account, "espalier.tasks.ended", "Tasks that have ended, or were refused", figure)
                        .tag("outcome", outcome)
                        .register(registry));
    }

    private Timer timer(Account account, MeterRegistry registry, String outcome) {
        Timer timer = Timer.builder("espalier.tasks.duration")
                .description("How long the code of tasks ran")
                .tag("group", account.name)
                .tag("outcome", outcome)
                .register(registry);
        keep(registry, timer);
        return timer;
    }

    private void keep(MeterRegistry registry, Meter meter) {
        bound.computeIfAbsent(registry, _ -> new ArrayList<>()).add(meter);
    }
}
