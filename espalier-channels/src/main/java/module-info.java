// SPDX-License-Identifier: Apache-2.0

/**
 * Channels for task groups: buffered, rendezvous and unlimited, with select, pipelines, and bridges to streams and to {@link java.util.concurrent.Flow}.
 *
 * <p>Start with {@link dev.espalier.channels.Channel}.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.channels {
    requires transitive dev.espalier;
    requires com.softwaremill.jox;
    requires static org.jspecify;

    exports dev.espalier.channels;
}
