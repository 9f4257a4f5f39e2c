// SPDX-License-Identifier: Apache-2.0

/**
 * Espalier in a Spring Boot application.
 *
 * <ul>
 *   <li>Inject {@link dev.espalier.app.ApplicationScope} if something runs in the background, or is to be closed in order: it starts and ends with the context.
 *   <li>Write a controller as if nothing were there: it runs in a {@link dev.espalier.TaskGroup} with a deadline, which is cancelled when the client disconnects. Groups and scopes
 *       that it opens are below that one. Take a parameter of type {@code TaskGroup} to fork in it.
 *   <li>Expose the actuator's endpoint {@code tasks} to see what lives and what it waits for.
 *   <li>Set {@link dev.espalier.spring.boot.EspalierProperties}, {@code espalier.*}; for options without a property define an
 *       {@link dev.espalier.spring.boot.AppOptionsCustomizer}.
 * </ul>
 *
 * <p>Do not look here for anything that works without Spring: it is in {@code dev.espalier} and {@code dev.espalier.app}.
 *
 * @since 0.1
 */
@org.jspecify.annotations.NullMarked
package dev.espalier.spring.boot;
