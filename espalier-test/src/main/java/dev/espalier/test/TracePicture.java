// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/** Draws a trace. */
final class TracePicture {
    private TracePicture() {}

    static String of(Trace trace) {
        throw new UnsupportedOperationException();
    }
}
