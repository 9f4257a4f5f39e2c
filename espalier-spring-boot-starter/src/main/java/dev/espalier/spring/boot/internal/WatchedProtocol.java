// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;

/** Tomcat's HTTP/1.1, with processors that let their connections be looked at. Tomcat makes it, by the name of its class. */
public final class WatchedProtocol extends Http11NioProtocol {
    /** Made by Tomcat. */
    public WatchedProtocol() {}

    @Override
    protected Processor createProcessor() {
        return new WatchedProcessor(this, getAdapter());
    }
}
