// SPDX-License-Identifier: Apache-2.0

/** A shop with Spring Boot, whose pages are made of what three services answer; {@code ./shop} runs it. */
@org.jspecify.annotations.NullMarked
package dev.espalier.examples.shop;
