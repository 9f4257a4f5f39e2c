// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The program, run once in this JVM as from the command line.
 *
 * @param status the exit status
 * @param out the standard output
 * @param err the standard error output
 */
record Run(int status, String out, String err) {
    static Run of(String... args) {
        return of(UnaryOperator.identity(), args);
    }

    static Run of(UnaryOperator<Visitor> visiting, String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int status = LinkChecker.commandLine(visiting)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Run(status, out.toString(), err.toString());
    }

    /** The output as JSON: maps, lists, strings, numbers, booleans and null. */
    @SuppressWarnings("unchecked")
    Map<String, Object> json() throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(out)) {
            parser.nextToken();
            var value = (Map<String, Object>) value(parser);
            if (parser.nextToken() != null) {
                throw new IOException("more than one value: " + out);
            }
            return value;
        }
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var map = new LinkedHashMap<String, @Nullable Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getIntValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + parser.currentToken());
        };
    }
}
