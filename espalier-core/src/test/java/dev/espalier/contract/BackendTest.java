// SPDX-License-Identifier: Apache-2.0

package dev.espalier.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of the contract: runs once on each backend, on an owner thread of that backend's kind that no scope of Espalier is around, inside
 * {@code Espalier.run(backend, ...)}. Afterwards nothing may be left: no thread, no timer, no interrupt status, no trace on the owner.
 *
 * <p>The method may take a {@link TestBackend}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(BackendExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public @interface BackendTest {}
