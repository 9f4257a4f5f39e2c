// SPDX-License-Identifier: Apache-2.0

package dev.espalier.integration;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** The programs of a PostgreSQL server: those of the jar for this machine, or those that -Despalier.postgres names. */
final class PostgresBinaries {
    private PostgresBinaries() {}

    /** The folder of initdb and postgres; unpacks them below the given one, if need be. */
    static Path find(Path into) throws IOException {
        String given = System.getProperty("espalier.postgres", "");
        if (!given.isEmpty()) {
            Path bin = Path.of(given);
            if (!Files.isExecutable(bin.resolve("initdb"))) {
                throw new IOException("-Despalier.postgres=" + given
                        + " is not the folder of PostgreSQL's programs: there is no initdb in it. On Debian that is"
                        + " /usr/lib/postgresql/<version>/bin");
            }
            return bin;
        }
        try (InputStream archive = archive()) {
            if (archive == null) {
                throw new IOException("there is no PostgreSQL for " + System.getProperty("os.name") + " on "
                        + System.getProperty("os.arch") + " in the build. Install a server, and name the folder of its"
                        + " programs: -Despalier.postgres=/usr/lib/postgresql/<version>/bin (Debian), for example");
            }
            unpack(archive, into);
        }
        return into.resolve("bin");
    }

    private static @Nullable InputStream archive() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String arch = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
        return PostgresBinaries.class.getResourceAsStream("/postgres-" + os + "-" + arch + ".txz");
    }

    private static void unpack(InputStream archive, Path into) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("the archive has a file outside of itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target);
                    Files.setPosixFilePermissions(
                            target,
                            PosixFilePermissions.fromString((entry.getMode() & 0111) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}
