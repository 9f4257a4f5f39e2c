// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.PrintWriter;

/** Writes a report for programs: one JSON object. */
final class JsonWriter {
    private JsonWriter() {}

    /** Writes the whole report. */
    static void write(Report report, PrintWriter out) throws IOException {
        var factory = JsonFactory.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // whatever the encoding of the terminal is
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build();
        try (JsonGenerator json = factory.createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("start", report.start().toString());
            json.writeBooleanField("partial", report.partial().isPresent());
            json.writeStringField("reason", report.partial().orElse(null));
            json.writeNumberField("milliseconds", report.time().toMillis());
            totals(report.totals(), json);
            json.writeArrayFieldStart("findings");
            for (Finding finding : report.findings()) {
                finding(finding, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println();
    }

    private static void totals(Report.Totals totals, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("totals");
        json.writeNumberField("visited", totals.visited());
        json.writeNumberField("pages", totals.pages());
        json.writeNumberField("links", totals.links());
        json.writeNumberField("retries", totals.retries());
        json.writeNumberField("externalSkipped", totals.external());
        json.writeNumberField("notVisited", totals.notVisited());
        json.writeEndObject();
    }

    private static void finding(Finding finding, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", finding.kind().toString());
        json.writeStringField("target", finding.target());
        json.writeStringField("detail", finding.detail());
        json.writeArrayFieldStart("linkedFrom");
        for (String page : finding.linkedFrom()) {
            json.writeString(page);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
