// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CancelScope;
import dev.espalier.Espalier;
import dev.espalier.internal.Strands;
import dev.espalier.spi.Backend;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link BackendTest} once on each backend and looks for what it left behind. */
public final class BackendExtension implements TestTemplateInvocationContextProvider {
    /** How often each test runs on each backend; ./stress asks for more than once. */
    static final int PASSES = Integer.getInteger("espalier.passes", 1);

    /** The seeds of simulated runs, which then take the place of the real backends: "1" or "1-20". */
    private static final String SEEDS = System.getProperty("espalier.seeds", "");

    /** Whether the tests run in a simulation. */
    static boolean isSimulated() {
        return !SEEDS.isEmpty();
    }

    /** How many of something a test takes: a simulation, in which every step is a choice, takes a fiftieth. */
    static int volume(int all) {
        return isSimulated() ? Math.max(2, all / 50) : all;
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        if (isSimulated()) {
            return SimulatedRunner.contexts(SEEDS);
        }
        return Stream.generate(this::onEachBackend).limit(PASSES).flatMap(backends -> backends);
    }

    private Stream<TestTemplateInvocationContext> onEachBackend() {
        return Stream.of(
                new OnBackend("virtual", Backend.virtualThreads(), Thread.ofVirtual()),
                new OnBackend(
                        "platform",
                        Backend.platformThreads(),
                        Thread.ofPlatform().daemon()));
    }

    private record OnBackend(String name, Backend backend, Thread.Builder owner)
            implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return name;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Runner(new TestBackend(backend), owner));
        }
    }

    private record Runner(TestBackend backend, Thread.Builder owner)
            implements InvocationInterceptor, ParameterResolver {
        @Override
        public void interceptTestTemplateMethod(
                Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
                throws Throwable {
            var thrown = new AtomicReference<Throwable>();
            var thread = owner.unstarted(() -> {
                try {
                    Espalier.run(backend, () -> {
                        try {
                            return invocation.proceed();
                        } catch (Exception | Error e) {
                            throw e;
                        } catch (Throwable t) {
                            throw new AssertionError(t);
                        }
                    });
                    assertThat(Thread.currentThread().isInterrupted())
                            .as("interrupt status left on the owner")
                            .isFalse();
                } catch (Throwable t) {
                    thrown.set(t);
                }
                assertThat(CancelScope.current().cancelCalled()).isFalse();
            });
            thread.setName("owner of " + method.getExecutable().getName());
            thread.start();
            thread.join();
            if (thrown.get() != null) {
                throw thrown.get();
            }
            backend.assertNothingLeft();
            assertThat(Strands.isKnown(thread)).as("a trace left on the owner").isFalse();
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
}
