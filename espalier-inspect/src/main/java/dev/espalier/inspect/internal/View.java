// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a page shows of the tree.
 *
 * @param feed which page
 * @param first the first row that is in view
 * @param count how many are
 * @param query what is searched for, in lower case; empty for nothing
 * @param open keys that the user has opened
 * @param shut keys that the user has shut
 * @param selected the key of the row that is selected, or empty
 */
record View(String feed, int first, int count, String query, Set<String> open, Set<String> shut, String selected) {
    static final View START = new View("", 0, 100, "", Set.of(), Set.of(), "");
    private static final int MOST = 400;

    static View read(byte[] body) throws IOException {
        String feed = "";
        String query = "";
        String selected = "";
        int first = 0;
        int count = 0;
        Set<String> open = Set.of();
        Set<String> shut = Set.of();
        try (JsonParser json = Json.FACTORY.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new BadRequest("a view is a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                var _ = json.nextToken();
                switch (name) {
                    case "feed" -> feed = json.getText();
                    case "query" -> query = json.getText().strip().toLowerCase(Locale.ROOT);
                    case "selected" -> selected = json.getText();
                    case "first" -> first = json.getIntValue();
                    case "count" -> count = json.getIntValue();
                    case "open" -> open = keys(json);
                    case "shut" -> shut = keys(json);
                    default -> throw new BadRequest("a view has no " + name);
                }
            }
        } catch (JsonProcessingException e) {
            throw new BadRequest("not a view: " + e.getOriginalMessage());
        }
        return new View(feed, Math.max(0, first), Math.clamp(count, 1, MOST), query, open, shut, selected);
    }

    private static Set<String> keys(JsonParser json) throws IOException {
        var keys = new HashSet<String>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new BadRequest("keys are strings");
            }
            keys.add(json.getText());
        }
        return keys;
    }

    boolean isSearch() {
        return !query.isEmpty();
    }

    /** Whether a row is open, if the user has not said otherwise. */
    boolean isOpen(String key, boolean otherwise) {
        return otherwise ? !shut.contains(key) : open.contains(key);
    }
}
