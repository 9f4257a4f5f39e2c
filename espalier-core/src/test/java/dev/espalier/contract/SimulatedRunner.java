// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.spi.Backend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/**
 * Runs a {@link BackendTest} in a simulation. The simulation's module depends on this one, so it is found by reflection: this runs only where that module
 * runs these tests.
 */
final class SimulatedRunner implements InvocationInterceptor, ParameterResolver {
    private final long seed;
    private final TestBackend backend = new TestBackend(Backend.virtualThreads());

    private SimulatedRunner(long seed) {
        this.seed = seed;
    }

    static Stream<TestTemplateInvocationContext> contexts(String seeds) {
        int dash = seeds.indexOf('-');
        long from = Long.parseLong(dash < 0 ? seeds : seeds.substring(0, dash));
        long to = dash < 0 ? from : Long.parseLong(seeds.substring(dash + 1));
        return LongStream.rangeClosed(from, to).mapToObj(OfSeed::new);
    }

    private record OfSeed(long seed) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new SimulatedRunner(seed));
        }
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        simulate(simulation -> {
            backend.use((Backend) Class.forName("dev.espalier.test.Simulation")
                    .getMethod("backend")
                    .invoke(simulation));
            Espalier.run(backend, () -> {
                try {
                    return invocation.proceed();
                } catch (Exception | Error e) {
                    throw e;
                } catch (Throwable t) {
                    throw new AssertionError(t);
                }
            });
            backend.assertNothingLeft();
            assertThat(CancelScope.current().cancelCalled()).isFalse();
        });
    }

    /** What the simulation runs. */
    private interface Simulated {
        void run(Object simulation) throws Throwable;
    }

    private void simulate(Simulated body) throws Throwable {
        var bodyType = Class.forName("dev.espalier.test.SimulatedBackend$SimulatedBody");
        var proxy = Proxy.newProxyInstance(bodyType.getClassLoader(), new Class<?>[] {bodyType}, (_, _, arguments) -> {
            body.run(arguments[0]);
            return null;
        });
        try {
            Class.forName("dev.espalier.test.SimulatedBackend")
                    .getMethod("run", long.class, bodyType)
                    .invoke(null, seed, proxy);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestBackend.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return backend;
    }
}
