// SPDX-License-Identifier: Apache-2.0

package dev.espalier.exploration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A small concurrent program that throws when a rule is broken: a static method without parameters. It starts few threads, waits for all of
 * them, and has no other source of chance than their interleaving.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Scenario {
    /** The rule and what is claimed, beginning with the rule's id. */
    String value();
}
