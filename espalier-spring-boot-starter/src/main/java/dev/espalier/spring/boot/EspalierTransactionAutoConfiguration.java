// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.RollbackRuleAttribute;

/**
 * Rolls a transaction back when the method that has it is cancelled. Spring commits after a checked exception unless it is told otherwise, and
 * {@link dev.espalier.CancelledException} is one, as {@link InterruptedException} is: a client that disconnects would commit half of the work. Rules of a method's own
 * {@code @Transactional} count before this one.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnClass(AnnotationTransactionAttributeSource.class)
@ConditionalOnProperty(name = "espalier.transaction.rollback-on-interruption", matchIfMissing = true)
public final class EspalierTransactionAutoConfiguration {
    /** Made by Spring. */
    EspalierTransactionAutoConfiguration() {}

    @Bean
    static RollbackRule espalierRollbackRule() { // that type, or Spring does not see its priority
        return new RollbackRule();
    }

    /** In time for advisors, which other post-processors may ask for early. */
    static final class RollbackRule implements BeanPostProcessor, PriorityOrdered {
        @Override
        public Object postProcessBeforeInitialization(Object bean, String name) {
            if (bean instanceof AnnotationTransactionAttributeSource source) {
                source.addDefaultRollbackRule(new RollbackRuleAttribute(InterruptedException.class));
            }
            return bean;
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST_PRECEDENCE;
        }
    }
}
