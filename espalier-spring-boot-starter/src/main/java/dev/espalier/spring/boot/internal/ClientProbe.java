// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

/** The connection by which a request has come. */
interface ClientProbe {
    /** That of the request which this thread serves; bound where the server lets us look. */
    ScopedValue<ClientProbe> CURRENT = ScopedValue.newInstance();

    /** Called on the thread of the request, before other threads may ask. */
    void begin();

    /**
     * Whether the client has closed it. Asked by another thread while the request is served, and by one at a time.
     *
     * @return false also if that cannot be known now
     */
    boolean isGone();
}
