// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.CancelReason;
import dev.espalier.sync.Party;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How things are said: the same in text, JSON and on the page. */
final class Words {
    private static final int NAMED = 3;

    private Words() {}

    /** To be read, not to be parsed: {@code 340 ms}, {@code 12.3 s}, {@code 2 min 5 s}, {@code 3 h 12 min}. */
    static String time(Duration time) {
        long millis = time.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
        }
        long seconds = millis / 1_000;
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 86_400
                ? seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min"
                : seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
    }

    static String count(long n, String one) {
        return number(n) + " " + (n == 1 ? one : one + "s");
    }

    static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** The first few, and how many more. */
    static String holders(List<Party> holders) {
        List<String> names = holders.stream().map(Party::toString).distinct().toList();
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        return names.size() <= NAMED ? first : first + " and " + (names.size() - NAMED) + " more";
    }

    /** On one line: messages of exceptions may have several. */
    static String line(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ").strip();
    }

    /** Why, as far back as it is known. */
    static String reason(CancelReason reason) {
        return line(reason.message());
    }

    /** Virtual threads have no name unless they are given one. */
    static String name(@Nullable Thread thread) {
        if (thread == null) {
            return "thread that has ended";
        }
        return thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
    }

    /** Names that differ in digits only look the same. */
    static String shape(String name) {
        return name.replaceAll("\\d+", "#");
    }

    /** What one does, of several: {@code waits for lock 'a'} becomes {@code wait for lock 'a'}. */
    static String plural(String doing) {
        if (doing.startsWith("is ")) {
            return "are " + doing.substring(3);
        }
        if (doing.startsWith("has ")) {
            return "have " + doing.substring(4);
        }
        int end = doing.indexOf(' ') < 0 ? doing.length() : doing.indexOf(' ');
        return doing.charAt(end - 1) == 's' ? doing.substring(0, end - 1) + doing.substring(end) : doing;
    }
}
