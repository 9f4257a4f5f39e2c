// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import org.jspecify.annotations.Nullable;

/**
 * What makes one result of several, on the caller's thread: see {@link Tasks#zip}. One nested type for each number of values; all are meant to be
 * lambdas.
 *
 * @since 0.1
 */
public final class Combiner {
    private Combiner() {}

    /**
     * Makes one result of two.
     *
     * @param <A> the first value
     * @param <B> the second value
     * @param <R> the result
     * @param <X> the checked exception that it throws, inferred as for {@link Body}
     * @since 0.1
     */
    @FunctionalInterface
    public interface Of2<
            A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object, X extends Exception> {
        /**
         * Combines.
         *
         * @param a the first value
         * @param b the second value
         * @return the result
         * @throws X what it throws
         * @throws InterruptedException if it is cancelled or interrupted
         */
        R combine(A a, B b) throws X, InterruptedException;
    }

    /**
     * Makes one result of three.
     *
     * @param <A> the first value
     * @param <B> the second value
     * @param <C> the third value
     * @param <R> the result
     * @param <X> the checked exception that it throws, inferred as for {@link Body}
     * @since 0.1
     */
    @FunctionalInterface
    public interface Of3<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            R extends @Nullable Object,
            X extends Exception> {
        /**
         * Combines.
         *
         * @param a the first value
         * @param b the second value
         * @param c the third value
         * @return the result
         * @throws X what it throws
         * @throws InterruptedException if it is cancelled or interrupted
         */
        R combine(A a, B b, C c) throws X, InterruptedException;
    }

    /**
     * Makes one result of four.
     *
     * @param <A> the first value
     * @param <B> the second value
     * @param <C> the third value
     * @param <D> the fourth value
     * @param <R> the result
     * @param <X> the checked exception that it throws, inferred as for {@link Body}
     * @since 0.1
     */
    @FunctionalInterface
    public interface Of4<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            D extends @Nullable Object,
            R extends @Nullable Object,
            X extends Exception> {
        /**
         * Combines.
         *
         * @param a the first value
         * @param b the second value
         * @param c the third value
         * @param d the fourth value
         * @return the result
         * @throws X what it throws
         * @throws InterruptedException if it is cancelled or interrupted
         */
        R combine(A a, B b, C c, D d) throws X, InterruptedException;
    }

    /**
     * Makes one result of five.
     *
     * @param <A> the first value
     * @param <B> the second value
     * @param <C> the third value
     * @param <D> the fourth value
     * @param <E> the fifth value
     * @param <R> the result
     * @param <X> the checked exception that it throws, inferred as for {@link Body}
     * @since 0.1
     */
    @FunctionalInterface
    public interface Of5<
            A extends @Nullable Object,
            B extends @Nullable Object,
            C extends @Nullable Object,
            D extends @Nullable Object,
            E extends @Nullable Object,
            R extends @Nullable Object,
            X extends Exception> {
        /**
         * Combines.
         *
         * @param a the first value
         * @param b the second value
         * @param c the third value
         * @param d the fourth value
         * @param e the fifth value
         * @return the result
         * @throws X what it throws
         * @throws InterruptedException if it is cancelled or interrupted
         */
        R combine(A a, B b, C c, D d, E e) throws X, InterruptedException;
    }
}
