// SPDX-License-Identifier: Apache-2.0

/**
 * Use this module if you change the core: it explores it with tools that choose the interleavings, or the reorderings, themselves.
 *
 * <p>Scenarios in this package use only the public API, on platform threads, and are explored by Fray. What needs a look inside is in
 * {@code dev.espalier.internal}: data structures for Lincheck, claims of memory ordering for jcstress. The module has no module descriptor
 * and runs on the class path, so that it shares that package with the core.
 */
@org.jspecify.annotations.NullMarked
package dev.espalier.exploration;
