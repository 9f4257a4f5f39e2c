// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.app.ApplicationScope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** Whole processes: signals and exit statuses. */
class ProcessTest {
    /** What runs in them. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Program {
        public static void main(String[] args) {
            var application = new SpringApplication(Program.class);
            application.setWebApplicationType(WebApplicationType.NONE);
            var context = application.run(args);
            ApplicationScope app = context.getBean(ApplicationScope.class);
            app.onShutdown("hook", () -> System.out.println("hook"));
            app.fork("task", () -> {
                System.out.println("started");
                try {
                    if (args[0].endsWith("fail")) {
                        throw new IllegalStateException("the broker is gone");
                    }
                    new CountDownLatch(1).await();
                } finally {
                    System.out.println("cleaned up");
                }
            });
        }
    }

    private static Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName()));
        command.addAll(List.of(arguments));
        command.add("--spring.main.keep-alive=true"); // there is no web server that keeps the JVM
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static int exitStatus(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("with when-ended=exit a managed task that gives up ends the process with status 1")
    void exit() throws Exception {
        Process process = start("--what=fail", "--espalier.shutdown.when-ended=exit");
        List<String> lines = output(process).lines().toList();
        assertThat(exitStatus(process)).as("%s", lines).isEqualTo(1);
        assertThat(lines).contains("started", "cleaned up", "hook");
        assertThat(String.join("\n", lines)).contains("the broker is gone");
    }

    @Test
    @DisplayName("at SIGTERM tasks are cancelled and hooks run, once, before the process ends with 143")
    void sigterm() throws Exception {
        Process process = start("--what=wait", "--espalier.shutdown.grace=0");
        try (BufferedReader output = output(process)) {
            String line = output.readLine();
            while (line != null && !line.equals("started")) {
                line = output.readLine();
            }
            process.toHandle().destroy(); // which, unlike its own, leaves its output open
            assertThat(output.lines().filter(l -> l.equals("cleaned up") || l.equals("hook")))
                    .containsExactly("cleaned up", "hook");
        }
        assertThat(exitStatus(process)).isEqualTo(143);
    }
}
