// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * What the endpoint {@code tasks} can answer, by the request's header {@code Accept}.
 *
 * @since 0.1
 */
public enum TasksFormat implements Producible<TasksFormat> {
    /** {@code text/plain}: for people. */
    TEXT("text/plain;charset=UTF-8"),
    /** {@code application/json}: for programs, and if nothing is said. */
    JSON(MimeTypeUtils.APPLICATION_JSON_VALUE);

    private final String type;

    TasksFormat(String type) {
        this.type = type;
    }

    @Override
    public MimeType getProducedMimeType() {
        return MimeType.valueOf(type);
    }

    @Override
    public boolean isDefault() {
        return this == JSON;
    }
}
