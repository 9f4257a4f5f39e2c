// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import java.io.IOException;
import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Serves one connection after another, and lets the one that it serves be looked at from outside. */
final class WatchedProcessor extends Http11Processor implements ClientProbe {
    /*
     * How one sees that a client has gone. Tomcat reads nothing while it serves a blocking request, so the end of the stream waits in the kernel. isReadyForRead reads
     * without blocking into the wrapper's own buffer: nothing there, it is open; end of stream or an error, it has gone; data, then that is the next request, which stays in the buffer, where
     * the next parse finds it. A client that closes only its sending side and waits for an answer cannot be told from one that has gone, and counts as gone, as it does for Go's server and for nginx.
     *
     * Who reads. The thread of the request reads its body; nobody else may read meanwhile. `read` says that it has read all of it and will read no more before the request ends. It is written by that
     * thread only, after each read, and is volatile: what that thread did to the buffers happens-before a look. The other way round, OpenRequest's monitor orders a look before what the
     * server reads next.
     *
     * TLS. Reading and writing on two threads is what TLS engines are made for, but an engine that gets a key update in a read writes an answer. So a connection with TLS is looked at only until
     * something has been written.
     *
     * Why not ActionCode.AVAILABLE: it fills the buffer of the parser, which belongs to the thread of the request. Why not a selector: the end of the stream and the next request look the
     * same there. Why not HTTP/2: its frames are read by another handler; streams have no processor of this kind.
     */
    private volatile boolean read;

    WatchedProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
        super(protocol, adapter);
        InputBuffer input = request.getInputBuffer();
        request.setInputBuffer(new InputBuffer() {
            @Override
            public int doRead(ApplicationBufferHandler handler) throws IOException {
                try {
                    return input.doRead(handler);
                } finally {
                    read = isRequestBodyFullyRead();
                }
            }

            @Override
            public int available() {
                return input.available();
            }
        });
    }

    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
        return ScopedValue.where(CURRENT, this).<SocketState, IOException>call(() -> super.service(socket));
    }

    @Override
    public void begin() {
        read = isRequestBodyFullyRead();
    }

    @Override
    public boolean isGone() {
        SocketWrapperBase<?> socket = getSocketWrapper();
        if (!read || socket == null || (response.isCommitted() && socket.getSocket() instanceof SecureNioChannel)) {
            return false;
        }
        try {
            boolean _ = socket.isReadyForRead();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
