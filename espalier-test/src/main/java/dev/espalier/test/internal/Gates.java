// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import org.jspecify.annotations.Nullable;

/** Later. */
final class Gates implements Machine {
    Gates(World world) {}

    @Override
    public Thread newThread(Runnable task, @Nullable String name, boolean inheritThreadLocals) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void resume(SimThread thread) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void giveWay(SimThread thread) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasYielded(SimThread thread) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void park(SimThread thread, Object blocker) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void unpark(Thread thread) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void settle(World world) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isPortable() {
        return true;
    }
}
