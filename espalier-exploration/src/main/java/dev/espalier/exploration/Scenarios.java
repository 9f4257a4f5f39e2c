// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Finds the scenarios, and runs one. */
public final class Scenarios {
    private static final List<Class<?>> CLASSES = List.of(
            AwaitScenarios.class,
            ForkScenarios.class,
            HookScenarios.class,
            InterruptScenarios.class,
            LimitScenarios.class,
            OutcomeScenarios.class,
            ShieldScenarios.class,
            SyncScenarios.class,
            WorkerPoolScenarios.class);

    private Scenarios() {}

    /**
     * Runs the named scenario once: what Fray starts again and again.
     *
     * @param args its name
     * @throws Exception what is wrong
     */
    public static void main(String[] args) throws Exception {
        for (Method scenario : all()) {
            if (name(scenario).equals(args[0])) {
                run(scenario);
                return;
            }
        }
        throw new IllegalArgumentException("there is no scenario " + args[0] + "; there are "
                + all().stream().map(Scenarios::name).toList());
    }

    static List<Method> all() {
        return CLASSES.stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Scenario.class))
                .sorted(Comparator.comparing(Scenarios::name))
                .toList();
    }

    static String name(Method scenario) {
        return scenario.getDeclaringClass().getSimpleName().replace("Scenarios", "") + "." + scenario.getName();
    }

    static void run(Method scenario) throws Exception {
        try {
            Object _ = scenario.invoke(null);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }
}
