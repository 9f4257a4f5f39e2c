// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Registration;
import dev.espalier.spi.TaskObserver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;

/** Observes as long as a recording of the JVM wants to have it. */
public final class FlightEvents implements FlightRecorderListener {
    /*
     * An observer for each type of event, which is installed only while some recording has that type enabled. The JVM tells when a recording changes its state; then each type is asked.
     *
     * All fields are guarded by the monitor of the class. JFR may call the listener with its own lock held; so nothing of FlightRecorder is called while the monitor is held, but whether a type
     * is enabled, which is a field: of two looks at once the later one has the newer answer.
     */
    private record Kind(Class<? extends Event> type, Supplier<TaskObserver> observer) {}

    private static final Kind[] KINDS = {
        new Kind(TaskEvent.class, TaskEvent.Observer::new),
        new Kind(GroupEvent.class, GroupEvent.Observer::new),
        new Kind(CancelEvent.class, CancelEvent.Observer::new)
    };

    private static final FlightEvents LISTENER = new FlightEvents();
    private static final Map<String, Registration> OBSERVING = new LinkedHashMap<>();
    private static int installed;

    private FlightEvents() {}

    /**
     * Begins to look.
     *
     * @return ends that
     */
    public static Registration install() {
        for (Kind kind : KINDS) {
            FlightRecorder.register(kind.type);
        }
        boolean first;
        synchronized (FlightEvents.class) {
            first = installed++ == 0;
        }
        if (first) {
            FlightRecorder.addListener(LISTENER);
        }
        look();
        var open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                remove();
            }
        };
    }

    private static void remove() {
        boolean last;
        synchronized (FlightEvents.class) {
            last = --installed == 0;
        }
        if (last) {
            FlightRecorder.removeListener(LISTENER);
        }
        look();
    }

    @Override
    public void recordingStateChanged(Recording recording) {
        look();
    }

    private static void look() {
        for (Kind kind : KINDS) {
            EventType type = EventType.getEventType(kind.type);
            synchronized (FlightEvents.class) {
                if (installed > 0 && type.isEnabled()) {
                    OBSERVING.computeIfAbsent(type.getName(), _ -> TaskObserver.install(kind.observer.get()));
                } else {
                    Registration observing = OBSERVING.remove(type.getName());
                    if (observing != null) {
                        observing.close();
                    }
                }
            }
        }
    }

    /**
     * What is observed now.
     *
     * @return names of events
     */
    public static Set<String> observed() {
        synchronized (FlightEvents.class) {
            return Set.copyOf(OBSERVING.keySet());
        }
    }
}
