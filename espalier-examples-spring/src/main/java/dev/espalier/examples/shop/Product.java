// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.shop;

/**
 * What a page shows.
 *
 * @param name of the product
 * @param stock how many there are, or that nobody knows
 * @param reviews what people say, or that nobody knows
 */
record Product(String name, String stock, String reviews) {}
