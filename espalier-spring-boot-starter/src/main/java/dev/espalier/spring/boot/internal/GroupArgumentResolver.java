// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot.internal;

import dev.espalier.TaskGroup;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Gives a controller the group of its request. */
public final class GroupArgumentResolver implements HandlerMethodArgumentResolver {
    /** The only one. */
    public GroupArgumentResolver() {}

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == TaskGroup.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        Object group = request.getAttribute(RequestGroupFilter.GROUP, RequestAttributes.SCOPE_REQUEST);
        if (group == null) {
            throw new IllegalStateException(parameter + " is a TaskGroup, and this request has none: its path is in"
                    + " espalier.request.exclude; open one with TaskGroup.call");
        }
        return group;
    }
}
