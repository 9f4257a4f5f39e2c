// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.Registration;
import dev.espalier.inspect.TaskTree;
import dev.espalier.inspect.TaskTreeMXBean;
import dev.espalier.internal.Ages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;

/** The tree, for JMX. */
public final class TreeBean implements TaskTreeMXBean {
    private TreeBean() {}

    /**
     * Registers it with the platform's MBean server.
     *
     * @return takes it away, if this call brought it
     */
    public static Registration register() {
        Ages.keep();
        var server = ManagementFactory.getPlatformMBeanServer();
        try {
            var name = new ObjectName(NAME);
            var _ = server.registerMBean(new TreeBean(), name);
            var registered = new AtomicBoolean(true);
            return () -> {
                if (registered.compareAndSet(true, false)) {
                    try {
                        server.unregisterMBean(name);
                    } catch (InstanceNotFoundException e) { // somebody else took it away: it is gone, as was asked
                        return;
                    } catch (JMException e) {
                        throw new IllegalStateException("the MBean " + NAME + " cannot be taken away", e);
                    }
                }
            };
        } catch (InstanceAlreadyExistsException e) { // the first one stays, and says the same
            return () -> {};
        } catch (JMException e) {
            throw new IllegalStateException("the MBean " + NAME + " cannot be registered", e);
        }
    }

    @Override
    public String dump() {
        return TaskTree.dump();
    }

    @Override
    public String dump(int frames, boolean each) {
        return TaskTree.dump(o -> o.frames(frames).each(each));
    }

    @Override
    public String dumpJson() {
        var bytes = new ByteArrayOutputStream();
        try {
            TaskTree.dumpJson(bytes, o -> o);
        } catch (IOException e) {
            throw new UncheckedIOException("an array of bytes throws nothing", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public long getTasks() {
        return Totals.now().tasks;
    }

    @Override
    public long getGroups() {
        return Totals.now().groups;
    }

    @Override
    public long getCancelled() {
        return Totals.now().cancelled;
    }

    @Override
    public long getStuck() {
        return Totals.now().stuck;
    }

    @Override
    public String[] getDeadlocks() {
        return Circles.find().stream().map(Circles::text).toArray(String[]::new);
    }
}
