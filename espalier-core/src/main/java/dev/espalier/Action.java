// SPDX-License-Identifier: Apache-2.0

package dev.espalier;

/**
 * Code that returns nothing and may throw anything: the body of a task without a result, or a hook.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface Action {
    /**
     * Does the work.
     *
     * @throws Exception whatever goes wrong; what becomes of it is said where the action is passed
     */
    void run() throws Exception;
}
