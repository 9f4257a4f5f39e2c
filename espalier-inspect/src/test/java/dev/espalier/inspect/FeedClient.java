// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the page does, without a browser: keeps the rows by the differences that it is told. */
final class FeedClient implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final URI base;
    private final BufferedReader events;
    private final InputStream in;
    private final JsonObject hello;
    private final Map<String, JsonObject> rows = new HashMap<>();
    private final Map<String, JsonObject> latest = new HashMap<>();
    private List<String> order = List.of();
    /** Rows in events, since the beginning. */
    int sent;

    FeedClient(Inspector inspector) throws Exception {
        base = inspector.url();
        var _ = http.send(
                HttpRequest.newBuilder(base).build(), HttpResponse.BodyHandlers.discarding()); // gives the cookie
        in = http.send(HttpRequest.newBuilder(base.resolve("/feed")).build(), HttpResponse.BodyHandlers.ofInputStream())
                .body();
        events = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        var _ = next();
        hello = latest("hello");
    }

    /** Reads one event; its name. Null at the end. */
    String next() throws Exception {
        String name = events.readLine();
        if (name == null) {
            return null;
        }
        String data = events.readLine();
        String blank = events.readLine();
        if (!name.startsWith("event: ") || data == null || !"".equals(blank)) {
            throw new AssertionError("not an event: " + name + ", " + data + ", " + blank);
        }
        JsonObject json =
                JsonParser.parseString(data.substring("data: ".length())).getAsJsonObject();
        name = name.substring("event: ".length());
        latest.put(name, json);
        if (name.equals("rows")) {
            for (JsonElement row : json.get("rows").getAsJsonArray()) {
                rows.put(row.getAsJsonObject().get("key").getAsString(), row.getAsJsonObject());
                sent++;
            }
            order = new ArrayList<>();
            json.get("order").getAsJsonArray().forEach(key -> order.add(key.getAsString()));
            rows.keySet().retainAll(order);
            if (!rows.keySet().containsAll(order)) {
                throw new AssertionError("a row was not sent: " + order + " but " + rows.keySet());
            }
        }
        return name;
    }

    void until(Await.Condition condition) throws Exception {
        while (!condition.holds()) {
            if (next() == null) {
                throw new AssertionError("the feed ended");
            }
        }
    }

    JsonObject latest(String event) {
        return latest.get(event);
    }

    JsonObject hello() {
        return hello;
    }

    /** The names in view, in order; of those that stand for several their number. */
    List<String> names() {
        return order.stream().map(rows::get).map(FeedClient::name).toList();
    }

    private static String name(JsonObject row) {
        return row.has("name")
                ? row.get("name").getAsString()
                : row.get("tasks").getAsInt() + " alike";
    }

    JsonObject row(String name) {
        return order.stream()
                .map(rows::get)
                .filter(row -> name(row).equals(name))
                .findFirst()
                .orElse(null);
    }

    String key(String name) {
        return row(name).get("key").getAsString();
    }

    int show(int first, int count, String query, List<String> open, String selected) throws Exception {
        var view = new LinkedHashMap<String, Object>();
        view.put("feed", hello.get("feed").getAsString());
        view.put("first", first);
        view.put("count", count);
        view.put("query", query);
        view.put("open", open);
        view.put("shut", List.of());
        view.put("selected", selected);
        return post("/view", new Gson().toJson(view)).statusCode();
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("X-Espalier-Token", hello.get("token").getAsString())
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() throws IOException {
        in.close();
        http.shutdownNow();
    }
}
