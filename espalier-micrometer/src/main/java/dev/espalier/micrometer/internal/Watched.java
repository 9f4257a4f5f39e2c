// SPDX-License-Identifier: Apache-2.0

package dev.espalier.micrometer.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one thing. The functions must not hold it: a registry refers to it weakly.
 *
 * @param <T> what it is
 */
public final class Watched<T> implements MeterBinder {
    private final String prefix;
    private final Tags tags;
    private final T thing;
    private final List<Consumer<MeterRegistry>> meters = new ArrayList<>();

    /**
     * No meters yet.
     *
     * @param prefix of the names of the meters
     * @param name the value of the tag
     * @param thing what is looked at
     */
    public Watched(String prefix, String name, T thing) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name is blank; give one that tells this from others of its kind");
        }
        this.prefix = prefix;
        this.tags = Tags.of("name", name);
        this.thing = Objects.requireNonNull(thing, "thing");
    }

    /**
     * Adds a gauge.
     *
     * @param suffix the end of its name
     * @param unit its unit
     * @param description for people
     * @param figure what it shows
     * @param more further tags
     * @return this
     */
    public Watched<T> gauge(
            String suffix, String unit, String description, ToDoubleFunction<T> figure, String... more) {
        meters.add(registry -> Gauge.builder(prefix + "." + suffix, thing, figure)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry));
        return this;
    }

    /**
     * Adds a counter.
     *
     * @param suffix the end of its name
     * @param unit its unit
     * @param description for people
     * @param figure what it shows
     * @param more further tags
     * @return this
     */
    public Watched<T> counter(
            String suffix, String unit, String description, ToDoubleFunction<T> figure, String... more) {
        meters.add(registry -> FunctionCounter.builder(prefix + "." + suffix, thing, figure)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .register(registry));
        return this;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        meters.forEach(meter -> meter.accept(registry));
    }
}
