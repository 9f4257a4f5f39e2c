// SPDX-License-Identifier: Apache-2.0

package dev.espalier.app;

/**
 * What a program does at its start or end.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ApplicationAction {
    /**
     * Does it.
     *
     * @param app the application
     * @throws Exception whatever goes wrong; what becomes of it is said where the action is passed
     */
    void run(ApplicationScope app) throws Exception;
}
