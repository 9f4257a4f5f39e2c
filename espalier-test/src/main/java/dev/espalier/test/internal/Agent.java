// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test.internal;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The agent: {@code -javaagent:espalier-test.jar=com.acme} weaves the classes of these packages, and opens the JDK,
 * so that no other flag is needed. It changes nothing outside a simulation.
 */
public final class Agent {
    private static final List<String> NEVER = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "org.junit.",
            "org.assertj.",
            "org.opentest4j.",
            "org.apache.maven.");
    private static volatile boolean installed;

    private Agent() {}

    /**
     * Called by the JVM before main.
     *
     * @param packages prefixes of class names, with commas between; null or empty for all but the JDK's, JUnit's and Espalier's
     * @param instrumentation the JVM's
     */
    public static void premain(@Nullable String packages, Instrumentation instrumentation) {
        var ours = Agent.class.getModule();
        instrumentation.redefineModule(
                Object.class.getModule(), Set.of(), Map.of(), Map.of("java.lang", Set.of(ours)), Set.of(), Map.of());
        instrumentation.addTransformer(new Transformer(packages == null ? "" : packages, instrumentation));
        installed = true;
    }

    /** Whether classes are woven in this JVM. */
    static boolean isInstalled() {
        return installed;
    }

    private static final class Transformer implements ClassFileTransformer {
        private final List<String> packages;
        private final Instrumentation instrumentation;
        private final Set<Module> introduced = ConcurrentHashMap.newKeySet();

        Transformer(String packages, Instrumentation instrumentation) {
            this.packages = Arrays.stream(packages.split(","))
                    .map(String::strip)
                    .filter(p -> !p.isEmpty())
                    .toList();
            this.instrumentation = instrumentation;
        }

        private boolean wants(String name) {
            if (isOurs(name) || NEVER.stream().anyMatch(name::startsWith)) {
                return false;
            }
            return packages.isEmpty()
                    ? !name.startsWith("dev.espalier.")
                    : packages.stream().anyMatch(p -> name.equals(p) || name.startsWith(p.endsWith(".") ? p : p + "."));
        }

        /** The simulation itself; not what is in packages below its own. */
        private static boolean isOurs(String name) {
            var test = "dev.espalier.test.";
            return name.startsWith(test + "internal.")
                    || (name.startsWith(test) && name.indexOf('.', test.length()) < 0);
        }

        @Override
        public byte @Nullable [] transform(
                Module module,
                @Nullable ClassLoader loader,
                @Nullable String name,
                @Nullable Class<?> redefined,
                ProtectionDomain domain,
                byte[] classFile) {
            if (loader == null || name == null || redefined != null || !wants(name.replace('/', '.'))) {
                return null;
            }
            try {
                if (introduced.add(module)) {
                    introduce(module);
                }
                return Weaver.weave(classFile, loader);
            } catch (RuntimeException | LinkageError e) {
                // the class works unwoven, and the JVM would swallow what is thrown here
                System.err.println(
                        "espalier-test: the class " + name + " is not woven, so its races may not be found: " + e);
                return null;
            }
        }

        private void introduce(Module module) {
            var ours = Agent.class.getModule();
            if (module == ours) {
                return;
            }
            if (module.isNamed()) {
                instrumentation.redefineModule(module, Set.of(ours), Map.of(), Map.of(), Set.of(), Map.of());
            }
            if (ours.isNamed()) {
                instrumentation.redefineModule(
                        ours,
                        Set.of(),
                        Map.of(Points.class.getPackageName(), Set.of(module)),
                        Map.of(),
                        Set.of(),
                        Map.of());
            }
        }
    }
}
