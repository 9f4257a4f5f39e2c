// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.TaskGroup;
import dev.espalier.Tasks;
import dev.espalier.app.ApplicationScope;
import dev.espalier.sync.Event;
import dev.espalier.sync.Lock;
import dev.espalier.sync.Semaphore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The tree as text. */
class TextDumpTest {
    /** Without the first line and the ages. */
    private static String stable(UnaryOperator<DumpOptions> options) {
        String text = TaskTree.dump(options);
        return text.substring(text.indexOf('\n') + 1)
                .replaceAll(", (\\d+ ms|[\\d.]+ s|\\d+ min \\d+ s):", ":")
                .replaceAll("deadline in [^;\n]*", "deadline in TIME")
                .strip();
    }

    @Test
    @DisplayName("siblings that look the same share a line, the oldest are named, and the rest is counted")
    void alike() throws Exception {
        var stock = new Lock("stock");
        var release = new Event("release");
        TaskGroup.run(o -> o.name("shop"), shop -> {
            shop.fork("holder", () -> {
                try (var _ = stock.acquire()) {
                    release.await();
                }
            });
            Await.waiting(release, 1);
            for (int i = 0; i < 10; i++) {
                shop.fork("buyer-" + i, () -> stock.acquire().close());
            }
            shop.forkDaemon("watcher", () -> release.await());
            for (int i = 0; i < 5; i++) {
                String name = "order-" + i;
                shop.fork(
                        name,
                        () -> TaskGroup.run(o -> o.name(name).timeout(Duration.ofMinutes(10)), order -> {
                            var _ = order.fork("pay", () -> release.await());
                        }));
            }
            Await.waiting(stock, 10);
            Await.waiting(release, 7);
            Await.until(() -> TaskTree.dump(o -> o.only(shop).frames(0)).contains("4 more tasks like that"));
            assertThat(stable(o -> o.only(shop).frames(0))).isEqualTo("""
                group 'shop': 17 tasks
                  task 'holder': waits for event 'release'
                  task 'buyer-0': waits for lock 'stock', held by task 'holder'
                  task 'buyer-1': waits for lock 'stock', held by task 'holder'
                  task 'buyer-2': waits for lock 'stock', held by task 'holder'
                  7 more tasks that wait for lock 'stock', held by task 'holder'
                  task 'watcher': waits for event 'release'; daemon
                  task 'order-0': waits for group 'order-0'; deadline in TIME
                    group 'order-0': 1 task
                      task 'pay': waits for event 'release'
                  4 more tasks like that, with 4 tasks below

                22 tasks, 6 groups, 0 threads\
                """);
            assertThat(stable(o -> o.only(shop).frames(0).depth(1))).isEqualTo("""
                group 'shop': 17 tasks

                0 tasks, 1 group, 0 threads\
                """);
            assertThat(stable(o -> o.only(shop).frames(0).each(true)).lines()).hasSize(22 + 6 + 2);
            release.set();
        });
    }

    @Test
    @DisplayName("two locks of the same name are two looks, and two names that differ in letters too")
    void apart() throws Exception {
        var release = new Event("release");
        TaskGroup.run(o -> o.name("apart"), group -> {
            for (int i = 0; i < 2; i++) {
                var lock = new Lock("same");
                var holder = new Event("holder");
                group.fork("holds", () -> {
                    try (var _ = lock.acquire()) {
                        holder.set();
                        release.await();
                    }
                });
                holder.await();
                for (int j = 0; j < 5; j++) {
                    group.fork("wants-" + i + j, () -> lock.acquire().close());
                    group.fork("other-" + i + j, () -> lock.acquire().close());
                }
                Await.waiting(lock, 10);
            }
            Await.waiting(release, 2);
            String text = stable(o -> o.only(group).frames(0));
            assertThat(text.lines().filter(line -> line.contains("2 more tasks that wait for lock 'same'")))
                    .hasSize(4);
            release.set();
        });
    }

    @Test
    @DisplayName("a cancelled task says why, and one that ignores it does not hide")
    void cancelled() throws Exception {
        var end = new Event("end");
        TaskGroup.run(o -> o.name("tidy"), group -> {
            var task = group.fork("deaf", () -> {
                while (!end.isSet()) {
                    LockSupport.parkNanos(1_000_000);
                    boolean _ = Thread.interrupted();
                }
            });
            task.cancel("enough\nof it");
            assertThat(stable(o -> o.only(group).frames(0))).contains("; cancelled: enough of it");
            end.set();
        });
    }

    @Test
    @DisplayName("an application, which is no thread, is not called one that has not started")
    void application() throws Exception {
        try (var app = ApplicationScope.create(o -> o.name("shop").signals(false))) {
            app.start();
            assertThat(stable(o -> o.frames(0))).contains("application 'shop': has no thread of its own\n");
        }
    }

    @Test
    @DisplayName("a circle of waits comes first, by name")
    void deadlock() throws Exception {
        TaskGroup.run(
                o -> o.name("bank"),
                group -> Standstill.during(group, () -> {
                    String text = stable(o -> o.frames(0));
                    assertThat(text).startsWith("deadlock: 2 waits, none of which ends before the next\n");
                    assertThat(text.lines().skip(1).limit(2))
                            .containsExactlyInAnyOrder(
                                    "  task 'book' waits for lock 'ledger', held by task 'transfer'",
                                    "  task 'transfer' waits for group 'bookings', of which task 'book' is one");
                }));
        assertThat(TaskTree.dump()).doesNotContain("deadlock");
    }

    @Test
    @DisplayName("waits in the JDK are told by what they are for")
    void jdk() throws Exception {
        var release = new Event("release");
        var lock = new ReentrantLock();
        var monitor = new Object();
        var holds = new Event("holds");
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TaskGroup.run(o -> o.name("jdk"), group -> {
                group.fork("holder", () -> {
                    lock.lock();
                    try {
                        synchronized (monitor) {
                            holds.set();
                            release.await();
                        }
                    } finally {
                        lock.unlock();
                    }
                });
                holds.await();
                group.fork("locks", () -> {
                    lock.lockInterruptibly();
                    lock.unlock();
                });
                group.fork("enters", () -> {
                    synchronized (monitor) {
                        return monitor.hashCode();
                    }
                });
                group.fork("takes", () -> new LinkedBlockingQueue<String>().take());
                group.fork("sleeps", () -> Thread.sleep(Duration.ofDays(1)));
                group.fork("naps", () -> Tasks.sleep(Duration.ofDays(1)));
                group.fork("reads", () -> {
                    try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                        return socket.getInputStream().read();
                    }
                });
                for (String line : new String[] {
                    "'locks': waits for a ReentrantLock (lockInterruptibly) @[0-9a-f]+, at TextDumpTest.*",
                    "'enters': waits for a monitor \\(synchronized\\), at TextDumpTest.*",
                    "'takes': waits for a LinkedBlockingQueue (take), at TextDumpTest.*",
                    "'sleeps': sleeps, at TextDumpTest.*",
                    "'naps': sleeps, at TextDumpTest.*",
                    "'reads': reads from a socket, at TextDumpTest.*"
                }) {
                    String pattern = "  task "
                            + line.replace("k (", "k \\(")
                                    .replace("e (", "e \\(")
                                    .replace("y) ", "y\\) ")
                                    .replace("take)", "take\\)");
                    Await.until(() -> stable(o -> o.only(group)).lines().anyMatch(l -> l.matches(pattern)));
                }
                release.set();
                group.cancel();
            });
        }
    }

    @Test
    @DisplayName("who acquired the permits of a semaphore is named")
    void permits() throws Exception {
        var semaphore = new Semaphore("db", 5);
        var release = new Event("release");
        TaskGroup.run(o -> o.name("pool"), group -> {
            for (int i = 0; i < 5; i++) {
                group.fork("user-" + i, () -> {
                    try (var _ = semaphore.acquire()) {
                        release.await();
                    }
                });
                Await.waiting(release, i + 1);
            }
            group.fork("next", () -> semaphore.acquire().close());
            Await.until(() -> semaphore.statistics().waiting().size() == 1);
            assertThat(stable(o -> o.only(group).frames(0)))
                    .contains("task 'next': waits for semaphore 'db', held by task 'user-0', task 'user-1', task"
                            + " 'user-2' and 2 more");
            release.set();
        });
    }

    @Test
    @DisplayName("what the target throws is thrown, and the walk ends there")
    void failingTarget() throws Exception {
        var release = new Event("release");
        TaskGroup.run(group -> {
            for (int i = 0; i < 50; i++) {
                group.fork(() -> release.await());
            }
            var full = new Appendable() {
                private int lines;

                @Override
                public Appendable append(CharSequence text) throws IOException {
                    if (text.toString().contains("task '") && ++lines > 3) {
                        throw new IOException("no space left");
                    }
                    return this;
                }

                @Override
                public Appendable append(CharSequence text, int start, int end) throws IOException {
                    return append(text.subSequence(start, end));
                }

                @Override
                public Appendable append(char c) {
                    return this;
                }
            };
            assertThatThrownBy(() -> TaskTree.dump(full, o -> o.each(true).frames(0)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no space left");
            assertThat(full.lines).isEqualTo(4);
            release.set();
        });
    }

    @Test
    @DisplayName("options that make no sense are refused, with what they should be")
    void refused() {
        assertThatThrownBy(() -> DumpOptions.DEFAULT.depth(0)).hasMessage("depth is 0; it must be at least 1");
        assertThatThrownBy(() -> DumpOptions.DEFAULT.frames(-1)).hasMessage("frames is -1; it must be 0 or more");
    }
}
