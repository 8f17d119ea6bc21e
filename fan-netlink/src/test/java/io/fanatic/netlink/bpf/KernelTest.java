package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Native;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test against the running kernel. Without root it is skipped with this reason; as root it never is. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KernelTest.Condition.class)
@interface KernelTest {

    /** Asks for the effective user. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Native.LIBC.geteuid() == 0
                    ? ConditionEvaluationResult.enabled("running as root")
                    : ConditionEvaluationResult.disabled("needs root to load eBPF programs into the kernel");
        }
    }
}
