// SPDX-License-Identifier: Apache-2.0

/** How the starter works. No part of the API. */
@org.jspecify.annotations.NullMarked
package dev.espalier.spring.boot.internal;
