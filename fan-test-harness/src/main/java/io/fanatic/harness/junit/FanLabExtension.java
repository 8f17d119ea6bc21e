package io.fanatic.harness.junit;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabSpec;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What {@link FanLab} does; to be used through it. */
public final class FanLabExtension implements ExecutionCondition, ParameterResolver {

    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(FanLabExtension.class);
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** For JUnit, which makes one for each {@link FanLab}. */
    public FanLabExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return LIBC.geteuid() == 0
                ? ConditionEvaluationResult.enabled("running as root")
                : ConditionEvaluationResult.disabled("a lab is made of network namespaces, which need root");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ExtensionContext owner = owner(context);
        return owner.getStore(STORE)
                // The key tells the owner: a store also looks into those around it.
                .getOrComputeIfAbsent(
                        owner.getUniqueId(), key -> Running.of(annotation(owner).orElseThrow()), Running.class)
                .lab();
    }

    /** The innermost test or class that carries the annotation: the lab lives as long as that. */
    private static ExtensionContext owner(ExtensionContext context) {
        ExtensionContext at = context;
        while (annotation(at).isEmpty()) {
            at = at.getParent().orElseThrow(() -> new IllegalStateException("@FanLab is nowhere around this test"));
        }
        return at;
    }

    private static Optional<FanLab> annotation(ExtensionContext context) {
        return context.getElement().map(element -> element.getAnnotation(FanLab.class));
    }

    /** A lab in JUnit's store, which closes it. */
    private record Running(Lab lab) implements AutoCloseable {

        static Running of(FanLab wanted) {
            FanMapping mapping = FanMapping.of(Ipv4Prefix.parse(wanted.overlay()), Ipv4Prefix.parse(wanted.underlay()));
            FanOptions options = FanEntry.parse(mapping.overlay() + " " + mapping.underlay() + " " + wanted.flags())
                    .options();
            String name = "junit-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
            Lab lab = Lab.up(new LabSpec(name, mapping, wanted.hosts(), wanted.containers(), wanted.underlayMtu()));
            try {
                if (wanted.fan()) {
                    lab.fanUp(FanControl.embedded(options));
                }
            } catch (RuntimeException | Error e) {
                lab.close();
                throw e;
            }
            return new Running(lab);
        }

        @Override
        public void close() {
            lab.close();
        }
    }
}
