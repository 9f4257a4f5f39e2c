// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A program for a JVM of its own, in which the first socket that a virtual thread reads from is read in a simulation. */
final class FirstIo {
    private static volatile Thread client;

    private FirstIo() {}

    /** Prints a line for each time that it worked. */
    public static void main(String[] args) throws Exception {
        try (var server = echo()) {
            for (int i = 1; i <= 2; i++) {
                int seed = i;
                int heard = SimulatedBackend.run(seed, _ -> shout(server, seed));
                System.out.println(heard);
            }
            var outside = Thread.startVirtualThread(() -> {
                try {
                    System.out.println(shout(server, 3));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            System.out.println(outside.join(java.time.Duration.ofSeconds(10)));
        }
    }

    /** On a platform thread; answers when the client waits. */
    static ServerSocket echo() throws Exception {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("junit-echo").start(() -> {
            while (!server.isClosed()) {
                try (var socket = server.accept()) {
                    int heard = socket.getInputStream().read();
                    while (client.getState() != Thread.State.WAITING) { // else it need not wait
                        Thread.onSpinWait();
                    }
                    socket.getOutputStream().write(heard);
                } catch (java.io.IOException e) {
                    return; // closed
                }
            }
        });
        return server;
    }

    static int shout(ServerSocket server, int what) throws Exception {
        client = Thread.currentThread();
        try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            socket.getOutputStream().write(what);
            return socket.getInputStream().read();
        }
    }
}
