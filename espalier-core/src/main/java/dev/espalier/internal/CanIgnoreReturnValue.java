// SPDX-License-Identifier: Apache-2.0

package dev.espalier.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Tells tools that know it by its simple name (Error Prone) that a result may be dropped: the group looks after its tasks. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface CanIgnoreReturnValue {}
