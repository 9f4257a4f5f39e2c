// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.util.Arrays;

/** Makes stack traces short: the first frame that a user sees is the call of Espalier's public method. */
final class Traces {
    private Traces() {}

    /** The same exception, without the frames of Espalier's inside at the top. */
    static <E extends Throwable> E trimmed(E exception) {
        StackTraceElement[] frames = exception.getStackTrace();
        int own = 0;
        while (own < frames.length && frames[own].getClassName().startsWith("dev.espalier.internal.")) {
            own++;
        }
        if (own > 0) {
            exception.setStackTrace(Arrays.copyOfRange(frames, own, frames.length));
        }
        return exception;
    }
}
