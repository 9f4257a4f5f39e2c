// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import dev.espalier.test.Exploration;
import dev.espalier.test.Findings.Finding;
import dev.espalier.test.Schedule;
import dev.espalier.test.SimulatedBackend;
import dev.espalier.test.SimulatedTest;
import dev.espalier.test.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Runs a {@link SimulatedTest} once for each seed. */
public final class SimulationExtension implements TestTemplateInvocationContextProvider {
    private static final int EVENTS = 60;

    /** Made by JUnit. */
    public SimulationExtension() {}

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return annotation(context).isPresent();
    }

    private static Optional<SimulatedTest> annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), SimulatedTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        var test = annotation(context).orElseThrow();
        var options = options(test);
        var failed = new AtomicBoolean();
        var schedule = System.getProperty("espalier.schedule");
        if (schedule != null) {
            return Stream.of(new OfSeed(options, Schedule.parse(schedule), 0, failed));
        }
        String seed = System.getProperty("espalier.seed");
        if (seed != null) {
            return Stream.of(new OfSeed(options, null, number("espalier.seed", seed), failed));
        }
        long seeds = number("espalier.seeds", System.getProperty("espalier.seeds", "" + test.seeds()));
        if (seeds < 1) {
            throw new IllegalArgumentException("@SimulatedTest needs at least 1 seed, and not " + seeds);
        }
        return LongStream.range(test.from(), test.from() + seeds)
                .takeWhile(_ -> !failed.get())
                .mapToObj(s -> new OfSeed(options, null, s, failed));
    }

    private static long number(String property, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("-D" + property + " is a number, and not '" + text + "'", e);
        }
    }

    private static Exploration options(SimulatedTest test) {
        return Exploration.seeds(1)
                .maxSteps(test.maxSteps())
                .strictTime(test.strictTime())
                .faults(f -> {
                    f.cancel(test.cancel()).failFork(test.failFork());
                    if (test.delay() > 0) {
                        f.delay(test.delay(), Duration.ofSeconds(1));
                    }
                });
    }

    private record OfSeed(Exploration options, @Nullable Schedule schedule, long seed, AtomicBoolean failed)
            implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return schedule == null ? "seed " + seed : "schedule " + schedule;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Runner(this));
        }
    }

    private record Runner(OfSeed of) implements InvocationInterceptor, ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Simulation.class;
        }

        /** The simulation does not exist yet: see {@link #call}. */
        @Override
        public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return null;
        }

        @Override
        public void interceptTestTemplateMethod(
                Invocation<@Nullable Void> invocation,
                ReflectiveInvocationContext<Method> method,
                ExtensionContext context)
                throws Throwable {
            invocation.skip(); // the method is called below, with a simulation
            boolean ended = false;
            try {
                if (of.schedule != null) {
                    SimulatedBackend.replay(of.schedule, simulation -> {
                        call(method, method.getTarget().orElse(null), simulation);
                        return null;
                    });
                } else {
                    explore(method, context);
                }
                ended = true;
            } finally {
                if (!ended) {
                    of.failed.set(true);
                }
            }
        }

        private void explore(ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Exception {
            boolean again = canBeMadeAgain(method.getTargetClass());
            var first = new AtomicBoolean(true);
            var findings = SimulatedBackend.explore(of.options.from(of.seed).shrink(again), simulation -> {
                if (first.getAndSet(false)) {
                    call(method, method.getTarget().orElse(null), simulation);
                } else {
                    callAnew(method, simulation);
                }
            });
            if (!findings.failures().isEmpty()) {
                throw failure(findings.failures().getFirst(), context, again);
            }
        }

        private static AssertionError failure(Finding finding, ExtensionContext context, boolean again) {
            var text = new StringBuilder("failed under seed ")
                    .append(finding.seed())
                    .append(": ")
                    .append(finding.thrown())
                    .append("\nreplay: ")
                    .append(finding.replay());
            if (!again) {
                text.append(
                        "\nnot shrunk: the test class has no constructor without parameters, or methods before or after"
                                + " each test that have some");
            }
            if (!finding.trace().isReplayable()) {
                text.append("\nit may not replay: something outside the simulation took part, see 'outside' below");
            }
            try {
                picture(finding, context)
                        .ifPresent(file -> text.append("\npicture: ").append(file));
            } catch (RuntimeException e) { // must not hide what failed
                text.append("\nno picture: ").append(e);
            }
            text.append("\nthe last events of ")
                    .append(finding.schedule().decisions().size())
                    .append(" decisions:\n")
                    .append(finding.trace().last(EVENTS));
            return new AssertionError(text.toString(), finding.thrown());
        }

        private static Optional<Path> picture(Finding finding, ExtensionContext context) {
            var folder = Stream.of(System.getProperty("espalier.traces", ""), "target", "build")
                    .filter(f -> !f.isEmpty())
                    .map(Path::of)
                    .filter(Files::isDirectory)
                    .findFirst();
            return folder.map(f -> {
                try {
                    var file = Files.createDirectories(f.resolve("espalier-traces"))
                            .resolve(context.getRequiredTestClass().getSimpleName() + "."
                                    + context.getRequiredTestMethod().getName() + "-" + finding.seed() + ".svg");
                    return Files.writeString(file, finding.trace().toSvg());
                } catch (IOException e) {
                    throw new UncheckedIOException("the picture of the trace cannot be written", e);
                }
            });
        }

        private static void call(
                ReflectiveInvocationContext<Method> method, @Nullable Object target, Simulation simulation)
                throws Exception {
            var arguments = method.getArguments().toArray();
            var types = method.getExecutable().getParameterTypes();
            for (int i = 0; i < types.length; i++) {
                if (types[i] == Simulation.class) {
                    arguments[i] = simulation;
                }
            }
            invoke(method.getExecutable(), target, arguments);
        }

        private static void callAnew(ReflectiveInvocationContext<Method> method, Simulation simulation)
                throws Exception {
            var type = method.getTargetClass();
            Object target = ReflectionSupport.newInstance(type);
            for (Method before :
                    AnnotationSupport.findAnnotatedMethods(type, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN)) {
                invoke(before, target);
            }
            try {
                call(method, target, simulation);
            } finally {
                for (Method after : AnnotationSupport.findAnnotatedMethods(
                        type, AfterEach.class, HierarchyTraversalMode.BOTTOM_UP)) {
                    invoke(after, target);
                }
            }
        }

        private static boolean canBeMadeAgain(Class<?> type) {
            boolean constructor = Stream.of(type.getDeclaredConstructors()).anyMatch(c -> c.getParameterCount() == 0);
            return constructor
                    && Stream.of(BeforeEach.class, AfterEach.class)
                            .flatMap(a ->
                                    AnnotationSupport.findAnnotatedMethods(type, a, HierarchyTraversalMode.TOP_DOWN)
                                            .stream())
                            .allMatch(m -> m.getParameterCount() == 0);
        }

        private static void invoke(Method method, @Nullable Object target, Object... arguments) throws Exception {
            try {
                method.setAccessible(true);
                var _ = method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                switch (e.getCause()) {
                    case Exception x -> throw x;
                    case Error x -> throw x;
                    case null, default -> throw e;
                }
            }
        }
    }
}
