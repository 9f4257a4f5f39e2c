// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;

/** What is to be checked. Closing it stops its server, if it has one of its own. */
interface Site extends AutoCloseable {
    /** Where the crawl starts. */
    URI start();

    /** The hosts, as of {@link Link#host}, whose pages are searched for links. */
    default Set<String> hosts() {
        return Set.of(Link.host(start()));
    }

    @Override
    default void close() {}

    /** A site that is served by others. */
    static Site at(URI start) {
        return () -> start;
    }

    /** A local folder. Subfolders without an index page are served as a list of their files. */
    static Site folder(Path folder) throws IOException {
        try {
            return LocalServer.start(SimpleFileServer.createFileHandler(folder.toRealPath()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
