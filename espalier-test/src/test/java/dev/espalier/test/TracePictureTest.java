// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.test.Trace.Event;
import dev.espalier.test.Trace.Kind;
import dev.espalier.test.planted.LeakedPermit;
import dev.espalier.test.planted.LockOrder;
import dev.espalier.test.planted.MissedNotify;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Pictures of traces, as documents: what is in them, and that a browser can read them. */
class TracePictureTest {
    private static Event event(int thread, Kind kind, int by, String detail) {
        return new Event(0, Duration.ZERO, thread, kind, by, detail);
    }

    private static Document parsed(String svg) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> all(Document document, String tag, String type) {
        var nodes = document.getElementsByTagName(tag);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .filter(e -> List.of(e.getAttribute("class").split(" ")).contains(type))
                .toList();
    }

    private static List<String> titles(Document document, String type) {
        return all(document, "g", type).stream()
                .map(g -> g.getElementsByTagName("title").item(0).getTextContent())
                .toList();
    }

    private static Document picture(List<String> threads, List<Event> events, @Nullable String outcome)
            throws Exception {
        return parsed(new Trace(7, threads, events, 0, outcome).toSvg());
    }

    private static Trace found(SimulatedBackend.SimulatedAction test) throws InterruptedException {
        return SimulatedBackend.explore(Exploration.seeds(1_000), test)
                .failures()
                .getFirst()
                .trace();
    }

    @Test
    void everyThreadAndEveryKindOfEventIsThere() throws Exception {
        var events = new ArrayList<Event>();
        for (Kind kind : Kind.values()) {
            boolean ofNone = kind == Kind.CLOCK || kind == Kind.TIMER;
            events.add(event(ofNone ? -1 : 1, kind, kind == Kind.CANCELLED ? 0 : -1, "detail of " + kind));
        }
        var picture = picture(List.of("t0 test", "t1 other"), events, "failed: x");
        assertThat(titles(picture, "thread")).containsExactly("t0 test", "t1 other");
        for (Kind kind : Kind.values()) {
            assertThat(titles(picture, kind.name().toLowerCase(Locale.ROOT)))
                    .as(kind.name())
                    .singleElement()
                    .asString()
                    .contains("detail of " + kind);
        }
        assertThat(picture.getDocumentElement().getTextContent()).contains("seed 7", "failed: x");
        assertThat(titles(picture, "story")).contains("t1 other is cancelled by t0 test (detail of CANCELLED)");
    }

    @Test
    void whatARowShowsIsWhatTheThreadDoes() throws Exception {
        var picture = picture(
                List.of("t0 a", "t1 b"),
                List.of(
                        event(0, Kind.STARTED, -1, ""),
                        event(0, Kind.RUNS, -1, ""),
                        event(1, Kind.STARTED, 0, ""),
                        event(0, Kind.PREEMPTED, -1, "at A.a(A.java:1)"),
                        event(1, Kind.RUNS, -1, ""),
                        event(1, Kind.WAITS, -1, "for a lock"),
                        event(0, Kind.RUNS, -1, ""),
                        event(1, Kind.WOKEN, 0, ""),
                        event(0, Kind.ENDED, -1, "")),
                "passed");
        assertThat(titles(picture, "does"))
                .containsSubsequence(
                        "t0 a runs",
                        "t1 b can go on, but another runs",
                        "t0 a can go on, but another runs",
                        "t1 b runs",
                        "t1 b waits for a lock",
                        "t0 a runs",
                        "t1 b can go on, but another runs");
        assertThat(titles(picture, "switch")).containsExactly("from t0 a to t1 b", "from t1 b to t0 a");
        assertThat(titles(picture, "arrow")).hasSize(2).allMatch(t -> t.endsWith("by t0 a"));
        assertThat(titles(picture, "story")).containsExactly("t0 a is stopped at A.a(A.java:1), and t1 b goes on");
    }

    @Test
    void whateverStandsInNamesAndDetailsIsText() throws Exception {
        var evil = "<script>\"a\" & 'b'</script> ]]> \u0001 \ud800";
        var seen = "<script>\"a\" & 'b'</script> ]]> \ufffd \ufffd";
        var picture = picture(List.of(evil), List.of(event(0, Kind.NOTE, -1, evil)), evil);
        assertThat(titles(picture, "thread")).containsExactly(seen);
        assertThat(titles(picture, "note")).singleElement().asString().endsWith(seen);
        assertThat(picture.getElementsByTagName("script").getLength()).isZero();
    }

    @Test
    void aTraceWithoutEventsIsAPicture() throws Exception {
        assertThat(picture(List.of(), List.of(), null).getDocumentElement().getTextContent())
                .contains("it has not ended");
    }

    @Test
    void aLongTraceHasAPictureOfBoundedSizeThatSaysWhatIsLeftOut() throws Exception {
        var threads = IntStream.range(0, 5_000).mapToObj(i -> "t" + i).toList();
        var events = new ArrayList<Event>();
        for (int i = 0; i < 50_000; i++) {
            events.add(event(i % 5_000, i % 2 == 0 ? Kind.RUNS : Kind.PREEMPTED, -1, "x".repeat(200)));
        }
        var svg = new Trace(7, threads, events, 1_000, "passed").toSvg();
        var picture = parsed(svg);
        assertThat(all(picture, "g", "mark")).hasSize(TracePicture.MOST_EVENTS);
        assertThat(Integer.parseInt(picture.getDocumentElement().getAttribute("width")))
                .isLessThan(10_000);
        assertThat(svg.length()).isLessThan(1_500_000);
        assertThat(picture.getDocumentElement().getTextContent())
                .contains("the first 50400 events are left out, and 4400 threads without an event since");
    }

    @Test
    void thePictureOfALockOrderShowsWhoWasStoppedWhereAndTheCircle() throws Exception {
        var picture = parsed(found(LockOrder::run).toSvg());
        assertThat(titles(picture, "story"))
                .anyMatch(t -> t.matches(
                        "t\\d . to . is stopped at LockOrder\\$Account\\.transfer\\(LockOrder\\.java:\\d+\\).*"))
                .anyMatch(t -> t.contains("t1 a to b still waits for a ReentrantLock held by t2 b to a at LockOrder"))
                .anyMatch(t -> t.contains("t2 b to a still waits for a ReentrantLock held by t1 a to b at LockOrder"));
        assertThat(all(picture, "path", "held")).hasSize(2 * 3); // two arrows and the legend's, of two parts each
    }

    @Test
    void aThreadThatIsDrawnOutOfTurnIsSaid() throws Exception {
        assertThat(titles(parsed(found(MissedNotify::run).toSvg()), "story"))
                .anyMatch(t -> t.matches("t\\d .* goes on instead of t\\d .*, which has been able to for longer"));
    }

    @Test
    void aCancellationIsThatOfTheTaskAndSaysByWhom() throws Exception {
        var trace = found(LeakedPermit::run);
        assertThat(trace.events())
                .filteredOn(e -> e.kind() == Kind.CANCELLED)
                .anyMatch(e -> e.by() >= 0 && e.by() != e.thread() && e.detail().equals("ASKED: task was cancelled"));
        assertThat(trace.outcome()).startsWith("failed: ").contains("Error: expected: 2");
    }

    @Test
    void theSameSeedHasTheSamePicture() throws Exception {
        assertThat(found(LockOrder::run).toSvg())
                .isEqualTo(found(LockOrder::run).toSvg());
    }
}
