// SPDX-License-Identifier: Apache-2.0

package dev.espalier.examples.linkcheck;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 500ms}, {@code 30s}, {@code 1.5m}, {@code 1h}. */
final class Durations implements ITypeConverter<Duration> {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)");

    @Override
    public Duration convert(String value) {
        var written = WRITTEN.matcher(value.toLowerCase(Locale.ROOT));
        if (!written.matches()) {
            throw new TypeConversionException("'" + value + "' is not a duration such as 500ms, 30s, 2m or 1h");
        }
        int millisOfUnit = switch (written.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        var duration = Duration.ofMillis(Math.round(Double.parseDouble(written.group(1)) * millisOfUnit));
        if (duration.isZero()) {
            throw new TypeConversionException("'" + value + "' is not more than zero");
        }
        return duration;
    }

    /** In seconds, for example {@code 1.50 s}, or in minutes if there are many. */
    static String format(Duration duration) {
        return duration.toMinutes() < 2
                ? String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0)
                : String.format(Locale.ROOT, "%d min %d s", duration.toMinutes(), duration.toSecondsPart());
    }
}
