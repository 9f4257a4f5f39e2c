// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import dev.espalier.TaskStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The timers of the tasks of one account, in one registry. */
record TaskTimers(MeterRegistry registry, Timer succeeded, Timer failed, Timer cancelled) {
    void record(TaskStatus status, Duration time) {
        switch (status) {
            case SUCCEEDED -> succeeded.record(time);
            case FAILED -> failed.record(time);
            case CANCELLED -> cancelled.record(time);
            case NOT_STARTED, RUNNING -> throw new AssertionError(status);
        }
    }
}
