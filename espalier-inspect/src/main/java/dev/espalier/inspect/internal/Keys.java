// SPDX-License-Identifier: Apache-2.0

package dev.espalier.inspect.internal;

import dev.espalier.TaskGroup;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Names groups, which have no number of their own: those that a page shows, as long as they live. Threads and tasks have theirs. */
final class Keys {
    /*
     * Both maps are guarded by the monitor. Groups compare by identity. Entries of groups that are gone leave with the next new one.
     */
    private final Map<TaskGroup, String> keys = new WeakHashMap<>();
    private final Map<String, WeakReference<TaskGroup>> groups = new HashMap<>();
    private long next;

    synchronized String of(TaskGroup group) {
        String key = keys.get(group);
        if (key == null) {
            if (groups.size() > 2 * keys.size() + 100) {
                Iterator<WeakReference<TaskGroup>> all = groups.values().iterator();
                while (all.hasNext()) {
                    if (all.next().get() == null) {
                        all.remove();
                    }
                }
            }
            key = "g" + ++next;
            keys.put(group, key);
            groups.put(key, new WeakReference<>(group));
        }
        return key;
    }

    synchronized @Nullable TaskGroup group(String key) {
        WeakReference<TaskGroup> group = groups.get(key);
        return group == null ? null : group.get();
    }
}
