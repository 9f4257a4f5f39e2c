// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import dev.espalier.CancelReason.Kind;
import dev.espalier.Deadline;
import dev.espalier.Registration;
import dev.espalier.spi.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What few scopes have: a deadline, the limit of a shield, callbacks, streams under way, the pursuit of what does not end. */
final class Extras {
    /*
     * All fields are guarded by this object's monitor, but for held and delivered, which only the scope's own thread touches, and for what begin writes before it takes
     * the monitor to set the timer: nobody else has them then.
     *
     * A deadline is armed while the scope is active: entered, or a group or task, and not ended. Moving it closes the old timer and sets
     * a new one, so that a scope holds at most one (T6). A timer that fires late, for a deadline that was moved, finds that the
     * deadline has not passed and arms again. A timer that fires while the scope ends finds it ended and does nothing.
     *
     * Lock order: this monitor is innermost; under it only methods of the Backend and of its registrations are called, which call nothing
     * back. Cancelling happens
     * after it is released.
     */
    private final Scope scope;
    private Deadline deadline = Deadline.NONE;
    private @Nullable Duration timeout; // for the message
    private @Nullable Registration timer;
    private Deadline shieldEnd = Deadline.NONE;
    private @Nullable Registration shieldTimer;
    private @Nullable List<CancelCallback> callbacks;
    private @Nullable List<StreamWindow<?, ?>> streams;
    private @Nullable Pursuit pursuit;
    private boolean active;
    private boolean ended;

    /** While a shield is up: whether an interrupt of a scope around was pending when it went up. */
    boolean held;
    /** While a shield is up: whether a cancellation from around had been delivered before. */
    boolean delivered;

    Extras(Scope scope) {
        this.scope = scope;
    }

    /**
     * Those of a scope that has just been entered, if it has none yet; null if it has. With a timer set before anybody sees them, so that a timeout
     * that does not pass takes few monitors and reads the clock twice.
     */
    static @Nullable Extras begin(Scope scope, Duration timeout, Backend backend) {
        if (scope.extras != null) {
            return null;
        }
        var made = new Extras(scope);
        made.active = true;
        made.timeout = timeout;
        made.deadline = Deadline.after(timeout, backend);
        if (made.deadline != Deadline.NONE && timeout.isPositive()) {
            synchronized (made) { // its timer may see it from now on
                made.timer = backend.schedule(made::onTimer, timeout.toNanos());
            }
        }
        if (!Scope.EXTRAS.compareAndSet(scope, null, made)) {
            made.end();
            return null;
        }
        if (!timeout.isPositive()) {
            made.fireIfExpired();
        }
        return made;
    }

    synchronized Deadline deadline() {
        return deadline;
    }

    void deadline(Deadline newDeadline, @Nullable Duration ofTimeout) {
        synchronized (this) {
            if (ended || scope.cause != null) {
                return;
            }
            deadline = newDeadline;
            timeout = ofTimeout;
            if (!active) {
                return;
            }
            arm();
        }
        fireIfExpired();
    }

    /** The scope is entered: starts its timer, and cancels it if the deadline has passed. */
    void activate() {
        synchronized (this) {
            boolean wasActive = active;
            active = true;
            if (wasActive || deadline == Deadline.NONE) {
                return;
            }
            arm();
        }
        fireIfExpired();
    }

    private void arm() {
        if (timer != null) {
            timer.close();
            timer = null;
        }
        long left = deadline.remainingNanos();
        if (left > 0 && left != Long.MAX_VALUE) {
            timer = scope.backend().schedule(this::onTimer, left);
        }
    }

    private void onTimer() {
        synchronized (this) { // timer is not cleared: it may be a newer one already
            if (ended) {
                return;
            }
            if (!deadline.isExpired()) {
                arm();
                return;
            }
        }
        fireIfExpired();
    }

    /** Cancels the scope if its deadline has passed. */
    void fireIfExpired() {
        String message;
        synchronized (this) {
            if (!active || ended || scope.cause != null || !deadline.isExpired()) {
                return;
            }
            message = "the deadline of " + scope.describe() + " has passed"
                    + (timeout == null ? "" : " (timeout " + readable(timeout) + ")");
        }
        scope.cancelWith(scope.reasonOf(Kind.DEADLINE, message, null));
    }

    private static String readable(Duration d) {
        if (d.toSeconds() >= 60 || d.isNegative()) {
            return d.toString();
        }
        return d.toNanosPart() == 0 ? d.toSeconds() + " s" : d.toNanos() / 1_000_000.0 + " ms";
    }

    // ---- the limit of a shield

    synchronized Deadline shieldEnd() {
        return shieldEnd;
    }

    synchronized void limitShield(Duration limit) {
        shieldEnd = Deadline.after(limit, scope.backend());
        long left = Math.max(shieldEnd.remainingNanos(), 0);
        if (left != Long.MAX_VALUE) {
            shieldTimer = scope.backend().schedule(this::onShieldTimer, left);
        }
    }

    private void onShieldTimer() {
        synchronized (this) {
            shieldTimer = null;
            if (ended) {
                return;
            }
            scope.dropShield();
        }
        Cascade.unshield(scope, null);
    }

    // ---- callbacks

    synchronized boolean addCallback(CancelCallback callback) {
        if (ended) {
            return false;
        }
        if (callbacks == null) {
            callbacks = new ArrayList<>(2);
        }
        callbacks.add(callback);
        return true;
    }

    synchronized void removeCallback(CancelCallback callback) {
        if (callbacks != null) {
            callbacks.remove(callback);
        }
    }

    synchronized List<CancelCallback> takeCallbacks() {
        List<CancelCallback> taken = callbacks;
        callbacks = null;
        return taken == null ? List.of() : taken;
    }

    // ---- streams (K5)

    /** Remembers a stream that is to end with this scope at the latest; false if the scope has ended. */
    synchronized boolean addStream(StreamWindow<?, ?> stream) {
        if (ended) {
            return false;
        }
        if (streams == null) {
            streams = new ArrayList<>(2);
        }
        streams.add(stream);
        return true;
    }

    synchronized void removeStream(StreamWindow<?, ?> stream) {
        if (streams != null) {
            streams.remove(stream);
        }
    }

    synchronized List<StreamWindow<?, ?>> streams() {
        return streams == null ? List.of() : List.copyOf(streams);
    }

    synchronized List<StreamWindow<?, ?>> takeStreams() {
        List<StreamWindow<?, ?>> taken = streams;
        streams = null;
        return taken == null ? List.of() : taken;
    }

    // ---- the pursuit

    /** Remembers what follows up on the cancellation of this scope; false if the scope has ended, or is pursued already. */
    synchronized boolean pursue(Pursuit newPursuit) {
        if (ended || pursuit != null) {
            return false;
        }
        pursuit = newPursuit;
        return true;
    }

    // ---- the end

    /** The scope has ended: no timer is left (T6), no callback comes any more. */
    void end() {
        Pursuit last;
        synchronized (this) {
            ended = true;
            if (timer != null) {
                timer.close();
                timer = null;
            }
            if (shieldTimer != null) {
                shieldTimer.close();
                shieldTimer = null;
            }
            callbacks = null;
            last = pursuit;
            pursuit = null;
        }
        if (last != null) {
            last.stop();
        }
    }

    @Override
    public String toString() {
        return "extras of " + Objects.requireNonNull(scope).describe();
    }
}
