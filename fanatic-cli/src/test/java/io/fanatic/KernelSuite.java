package io.fanatic;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.fanatic.netlink.engine.KernelFeatures;
import io.fanatic.netlink.engine.RunningKernel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The tests that face the kernel, for kernels on which Maven would take too long: scripts/test-kernels runs this in each of its
 * guests, from the classes that the machine has compiled.
 *
 * <pre>java ... io.fanatic.KernelSuite RESULTS [GROUP|CLASS]...</pre>
 *
 * RESULTS gets lines of words separated by tabs: {@code kernel} and which one it is; {@code feature}, its name, yes or no; and for each
 * test {@code test}, group, class, method, outcome (passed, failed, not-run), milliseconds, and why. A test is not run where its kernel lacks what it is about. The exit code is 0, 1 when a test failed, or 2 when nothing ran.
 */
public final class KernelSuite {
    private static final Map<String, List<String>> GROUPS = groups();

    private KernelSuite() {}

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        String netlink = "io.fanatic.netlink.";
        groups.put(
                "netlink",
                List.of(
                        netlink + "wire.NetlinkSocketTest",
                        netlink + "route.LinksTest",
                        netlink + "route.AddressesTest",
                        netlink + "route.RoutesTest",
                        netlink + "route.NeighboursTest",
                        netlink + "route.TrafficControlTest",
                        netlink + "route.VniFilterTest",
                        netlink + "host.NamespaceTest",
                        netlink + "host.SysctlTest"));
        groups.put(
                "ebpf",
                List.of(
                        netlink + "bpf.AssemblerTest",
                        netlink + "bpf.BpfObjectsTest",
                        netlink + "bpf.AttachTest",
                        netlink + "bpf.ProgramKernelTest"));
        groups.put("guard", List.of(netlink + "bpf.FanTunnelTest"));
        groups.put("engine", List.of(netlink + "engine.EngineTest", netlink + "FanNetworkTest"));
        groups.put("lab", List.of(netlink + "engine.KernelFeaturesTest", netlink + "engine.MixedOverlayTest"));
        return groups;
    }

    public static void main(String[] arguments) throws IOException {
        Path results = Path.of(arguments[0]);
        List<String> wanted = List.of(arguments).subList(1, arguments.length);
        System.out.println(RunningKernel.read());
        int ran = 0;
        int failed = 0;
        try (PrintStream lines = new PrintStream(Files.newOutputStream(results), true, StandardCharsets.UTF_8)) {
            lines.println("kernel\t" + RunningKernel.read());
            for (KernelFeatures.Trial trial : KernelFeatures.ofThisKernel().all()) {
                String result = trial.result() == KernelFeatures.Result.WORKS ? "yes" : "no";
                lines.println("feature\t" + trial.feature().word() + "\t" + result);
            }
            for (Map.Entry<String, List<String>> group : GROUPS.entrySet()) {
                for (String name : group.getValue()) {
                    if (wanted.isEmpty() || wanted.contains(group.getKey()) || wanted.contains(name)) {
                        Lines found = new Lines(group.getKey(), name, lines);
                        run(name, found);
                        System.out.println(found);
                        ran += found.passed + found.failed;
                        failed += found.failed;
                    }
                }
            }
        }
        // Threads of a test that hangs must not keep the guest.
        System.exit(failed > 0 ? 1 : ran == 0 ? 2 : 0);
    }

    private static void run(String name, Lines found) {
        LauncherDiscoveryRequest request;
        try {
            request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(Class.forName(name)))
                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                    .build();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is no test " + name, e);
        }
        LauncherFactory.create().execute(request, found);
    }

    /** Writes down what becomes of the tests of one class. */
    private static final class Lines implements TestExecutionListener {
        private final String group;
        private final String name;
        private final PrintStream lines;
        private final long start = System.nanoTime();
        private final Map<String, Long> started = new LinkedHashMap<>();
        private final List<String> complaints = new ArrayList<>();
        private Optional<TestPlan> plan = Optional.empty();
        private int passed;
        private int failed;
        private int notRun;

        Lines(String group, String name, PrintStream lines) {
            this.group = group;
            this.name = name.substring(name.lastIndexOf('.') + 1);
            this.lines = lines;
        }

        @Override
        public void testPlanExecutionStarted(TestPlan started) {
            plan = Optional.of(started);
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            started.put(test.getUniqueId(), System.nanoTime());
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            if (test.isTest()) {
                line(test, "not-run", reason);
            } else {
                plan.orElseThrow().getDescendants(test).stream()
                        .filter(TestIdentifier::isTest)
                        .forEach(one -> line(one, "not-run", reason));
            }
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            String why = result.getThrowable().map(Throwable::toString).orElse("");
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        line(test, "passed", "");
                    }
                }
                case ABORTED ->
                    line(test, "not-run", why.replaceFirst("^\\S*TestAbortedException: (Assumption failed: )?", ""));
                case FAILED -> {
                    line(test, "failed", why);
                    complaints.add("  FAILED " + method(test) + ": " + why);
                    result.getThrowable().ifPresent(e -> e.printStackTrace(System.out));
                }
            }
        }

        private void line(TestIdentifier test, String outcome, String why) {
            switch (outcome) {
                case "passed" -> passed++;
                case "failed" -> failed++;
                default -> notRun++;
            }
            long begun = started.getOrDefault(test.getUniqueId(), System.nanoTime());
            lines.println(String.join(
                    "\t",
                    "test",
                    group,
                    name,
                    method(test),
                    outcome,
                    Long.toString((System.nanoTime() - begun) / 1_000_000),
                    why.replaceAll("\\s+", " ").strip()));
        }

        private static String method(TestIdentifier test) {
            return test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(source -> ((MethodSource) source).getMethodName())
                    .orElse(test.getDisplayName());
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(name + ": " + passed + " passed");
            text.append(failed > 0 ? ", " + failed + " FAILED" : "");
            text.append(notRun > 0 ? ", " + notRun + " not run" : "");
            text.append(", ")
                    .append((System.nanoTime() - start) / 1_000_000_000)
                    .append(" s");
            complaints.forEach(complaint -> text.append('\n').append(complaint));
            return text.toString();
        }
    }
}
