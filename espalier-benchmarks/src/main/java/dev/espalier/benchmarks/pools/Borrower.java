// SPDX-License-Identifier: Apache-2.0

package dev.espalier.benchmarks.pools;

/** A pool, whose resources are {@link Thing}s. */
public interface Borrower extends AutoCloseable {
    /** Borrows a thing, uses it, and returns it; waits if all are lent. Called by many threads at once. */
    void once() throws Exception;

    /** Closes the pool. */
    @Override
    void close();

    /**
     * A pool by the name that it has in benchmarks and tables.
     *
     * @param name the name
     * @param things what is in the pool, all of it from the start
     * @return a new pool
     */
    static Borrower named(String name, Things things) {
        return switch (name) {
            case "raw" -> new FromQueue(things);
            case "espalier" -> new FromEspalier(things);
            case "hikari" -> new FromHikari(things);
            case "stormpot" -> new FromStormpot(things);
            default ->
                throw new IllegalArgumentException(
                        "no pool is named " + name + "; there are raw, espalier, hikari and stormpot");
        };
    }
}
