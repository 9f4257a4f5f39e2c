// SPDX-License-Identifier: Apache-2.0

package dev.espalier.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CancelScope;
import dev.espalier.CancelledException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** What becomes of a transaction whose method is cancelled. */
class TransactionTest {
    /** Of a service with transactions. */
    public interface Transfers {
        @Transactional
        void cancelled() throws InterruptedException;

        @Transactional
        void fails() throws IOException;

        @Transactional(noRollbackFor = InterruptedException.class)
        void cancelledAndKept() throws InterruptedException;
    }

    private static final class Book implements Transfers {
        @Override
        public void cancelled() throws InterruptedException {
            CancelScope.checkpoint();
        }

        @Override
        public void fails() throws IOException {
            throw new IOException("as Spring has it");
        }

        @Override
        public void cancelledAndKept() throws InterruptedException {
            CancelScope.checkpoint();
        }
    }

    private static final class Manager extends AbstractPlatformTransactionManager {
        private static final long serialVersionUID = 1;
        private final transient List<String> ends = new ArrayList<>();

        @Override
        protected Object doGetTransaction() {
            return this;
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {}

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            ends.add("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            ends.add("rollback");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Application {
        @Bean
        PlatformTransactionManager transactionManager() {
            return new Manager();
        }

        @Bean
        Transfers transfers() {
            return new Book();
        }
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withConfiguration(
                    AutoConfigurations.of(EspalierAutoConfiguration.class, EspalierTransactionAutoConfiguration.class));

    private static void cancelled(Transfers transfers) throws InterruptedException {
        boolean ended = CancelScope.create().run(() -> {
            CancelScope.current().cancel();
            assertThatThrownBy(transfers::cancelled).isInstanceOf(CancelledException.class);
        });
        assertThat(ended).isTrue();
    }

    @Test
    @DisplayName("a transaction whose method is cancelled is rolled back, and others end as before")
    void rollback() {
        runner.run(context -> {
            Transfers transfers = context.getBean(Transfers.class);
            cancelled(transfers);
            assertThatThrownBy(transfers::fails).isInstanceOf(IOException.class);
            CancelScope.create().run(() -> {
                CancelScope.current().cancel();
                assertThatThrownBy(transfers::cancelledAndKept).isInstanceOf(CancelledException.class);
            });
            assertThat(context.getBean(Manager.class).ends).containsExactly("rollback", "commit", "commit");
        });
    }

    @Test
    @DisplayName("where that is switched off, Spring commits")
    void off() {
        runner.withPropertyValues("espalier.transaction.rollback-on-interruption=false")
                .run(context -> {
                    cancelled(context.getBean(Transfers.class));
                    assertThat(context.getBean(Manager.class).ends).containsExactly("commit");
                });
    }

    @Test
    @DisplayName("without transactions there is nothing to do")
    void without() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(EspalierTransactionAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(AnnotationTransactionAttributeSource.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("espalierRollbackRule"));
    }
}
