// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

import java.io.IOException;

/** The shop that the examples of the guide's pages on other libraries are about. */
final class GuideShop {
    private GuideShop() {}

    record Offer(int price, int stock) {}

    static int price(int id) {
        return 10 * id;
    }

    static int stock(int id) {
        if (id < 0) {
            throw new IllegalArgumentException("no product " + id);
        }
        return id;
    }

    static String fetch(String url) throws IOException {
        if (url.startsWith("bad")) {
            throw new IOException("404: " + url);
        }
        return "page of " + url;
    }
}
