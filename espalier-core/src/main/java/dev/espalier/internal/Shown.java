// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

/** Objects of users in messages of ours. */
public final class Shown {
    private Shown() {}

    /**
     * What an object says of itself; never throws, since a message that could not be made would be thrown in place of what it is about.
     *
     * @param object an exception or an item of a user, whose methods may be anything
     * @return its {@code toString}, or else its class and what that threw
     */
    public static String of(Object object) {
        try {
            return String.valueOf(object);
        } catch (RuntimeException | Error e) {
            return object.getClass().getName() + ", whose toString threw "
                    + e.getClass().getName();
        }
    }
}
