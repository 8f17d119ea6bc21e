package io.fanatic;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.RunningKernel;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
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
 * <pre>java ... io.fanatic.KernelSuite RESULTS [FLAVOUR|GROUP|CLASS]...</pre>
 *
 * RESULTS gets lines of words separated by tabs: {@code kernel} and which one it is; {@code feature}, its name, yes or no; and for each
 * test {@code test}, flavour, group, class, method, outcome (passed, failed, not-run), milliseconds, and why. A test is not run where its
 * kernel or machine lacks what it is about. The exit code is 0, 1 when a test failed, or 2 when nothing ran.
 */
public final class KernelSuite {
    private static final String NETLINK = "io.fanatic.netlink.";
    private static final List<Group> GROUPS = List.of(
            Group.of(
                    "any",
                    "netlink",
                    NETLINK + "wire.NetlinkSocketTest",
                    NETLINK + "route.LinksTest",
                    NETLINK + "route.AddressesTest",
                    NETLINK + "route.RoutesTest",
                    NETLINK + "route.NeighboursTest",
                    NETLINK + "route.Ipv6NetlinkTest",
                    NETLINK + "route.TrafficControlTest",
                    NETLINK + "route.VniFilterTest",
                    NETLINK + "host.NamespaceTest",
                    NETLINK + "host.SysctlTest",
                    NETLINK + "host.UdpPortsTest"),
            Group.of("any", "names", NETLINK + "names.NamesTest").needing(Need.EPOLL),
            Group.of(
                    "any",
                    "ebpf",
                    NETLINK + "bpf.AssemblerTest",
                    NETLINK + "bpf.BpfObjectsTest",
                    NETLINK + "bpf.AttachTest",
                    NETLINK + "bpf.ObserverKernelTest",
                    NETLINK + "bpf.ProgramKernelTest"),
            Group.of(
                    "vxlan",
                    "guard",
                    NETLINK + "bpf.FanTunnelTest",
                    NETLINK + "bpf.FastPathTest",
                    NETLINK + "bpf.DirectHostileHostTest",
                    NETLINK + "bpf.DirectArpGamesTest",
                    NETLINK + "bpf.DirectArpFloodCases"),
            Group.of("vxlan", "local-users", NETLINK + "bpf.LocalUserTest"),
            Group.of("vxlan", "guard-ipv6", NETLINK + "bpf.HostileIpv6HostTest").needing(Need.IPV6),
            Group.of("vxlan", "fast-ipv6", NETLINK + "bpf.FastHostileIpv6HostTest")
                    .needing(Need.IPV6, Need.NFTABLES, Need.FAST_PATH),
            Group.of("vxlan", "outside-ipv6", NETLINK + "engine.Ipv6ForwardingTest")
                    .needing(Need.IPV6),
            Group.of("vxlan", "dual-stack", "io.fanatic.cli.DualStackTest", "io.fanatic.cli.RouterAdvertisementsTest")
                    .needing(Need.IPV6, Need.EPOLL, Need.NFTABLES)
                    .whenAsked(),
            Group.of("vxlan", "engine", NETLINK + "FanNetworkTest", NETLINK + "kernel.ForeignDeviceProgramsTest"),
            Group.of("vxlan", "neighbours", NETLINK + "health.NeighbourTableCases"),
            Group.of("vxlan", "lab", NETLINK + "engine.KernelFeaturesTest", NETLINK + "engine.MixedOverlayTest"),
            Group.of("vxlan", "fast-path", NETLINK + "kernel.PassedByTest", NETLINK + "bpf.PathWitnessTest")
                    .needing(Need.NFTABLES, Need.FAST_PATH),
            Group.of("vxlan", "underlay-devices", NETLINK + "engine.BondAndVlanCases")
                    .needing(Need.FAST_PATH, Need.BOND_AND_VLAN),
            Group.of("vxlan", "encryption", "io.fanatic.cli.EncryptedFanCases")
                    .needing(Need.IPV6, Need.EPOLL, Need.STRONGSWAN, Need.ESP),
            Group.of(
                            "long",
                            "encryption-life",
                            "io.fanatic.cli.EncryptedKindsCases",
                            "io.fanatic.cli.EncryptedLifeCases",
                            "io.fanatic.cli.EncryptedReachCases",
                            "io.fanatic.cli.EncryptedSixteenCases")
                    .needing(Need.EPOLL, Need.STRONGSWAN, Need.ESP),
            Group.of("ipip", "ipip-mixed", NETLINK + "engine.IpipMixedOverlayCases")
                    .needing(Need.IPIP),
            Group.of(
                            "ipip",
                            "ipip",
                            "io.fanatic.IpipFanCases",
                            "io.fanatic.cli.IpipReachCases",
                            "io.fanatic.cli.IpipWizardCases")
                    .needing(Need.IPIP, Need.EPOLL),
            Group.of(
                            "ipip",
                            "ipip-engines",
                            "io.fanatic.cli.container.IpipEngineCases",
                            "io.fanatic.cli.IpipDockerCases")
                    .needing(Need.IPIP, Need.EPOLL, Need.ENGINES),
            Group.of("ipip", "ipip-firewalld", "io.fanatic.cli.container.IpipFirewalldCases")
                    .needing(Need.IPIP, Need.EPOLL, Need.NFTABLES, Need.FIREWALLD),
            Group.of("tarball", "self-contained", "io.fanatic.packaged.SelfContainedTest")
                    .needing(Need.EPOLL, Need.PACKAGED)
                    .whenAsked(),
            Group.of("vxlan, ipip", "mixed-kernels", "io.fanatic.MixedKernelsTest")
                    .whenAsked());

    private KernelSuite() {}

    /** What a group of tests cannot do without, and not every guest has. */
    private enum Need {
        IPIP("this kernel has no IPIP, or hands programs its packets with their outer headers (before 5.14)") {
            @Override
            boolean here() {
                return modprobe("ipip") && KernelFeatures.ofThisKernel().has(KernelFeature.IPIP);
            }
        },
        IPV6("this kernel has no IPv6") {
            @Override
            boolean here() {
                return modprobe("ipv6") || Files.exists(Path.of("/proc/sys/net/ipv6"));
            }
        },
        ESP("this kernel has no ESP with AES-GCM") {
            @Override
            boolean here() {
                return modprobe("xfrm_user")
                        && modprobe("esp4")
                        && KernelFeatures.ofThisKernel().has(KernelFeature.ESP);
            }
        },
        STRONGSWAN("this guest has no strongSwan") {
            @Override
            boolean here() {
                return Files.isExecutable(Path.of("/usr/sbin/charon-systemd"));
            }
        },
        EPOLL("Netty has no epoll transport on this architecture, and so labs have no probes") {
            @Override
            boolean here() {
                return Epoll.isAvailable();
            }
        },
        NFTABLES("this kernel has no nftables for IPv4") {
            @Override
            boolean here() {
                return KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES);
            }
        },
        FAST_PATH("this kernel has no fast-path") {
            @Override
            boolean here() {
                return KernelFeatures.ofThisKernel().has(KernelFeature.FAST_PATH);
            }
        },
        BOND_AND_VLAN("this kernel has no bonds or VLANs") {
            @Override
            boolean here() {
                return modprobe("bonding") && modprobe("8021q");
            }
        },
        FIREWALLD("this guest has no firewalld") {
            @Override
            boolean here() {
                return Files.isExecutable(Path.of("/var/cache/fanatic/firewalld/usr/sbin/firewalld"));
            }
        },
        PACKAGED("nothing is packaged: mvn -DskipTests package") {
            @Override
            boolean here() {
                return Files.isDirectory(Path.of("target/root"));
            }
        },
        ENGINES("this guest has no container engines") {
            @Override
            boolean here() {
                return Stream.of("dockerd", "podman", "containerd")
                        .allMatch(program -> Stream.of("/usr/bin", "/usr/sbin")
                                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))));
            }
        };

        private final String lacking;

        Need(String lacking) {
            this.lacking = lacking;
        }

        abstract boolean here();
    }

    /**
     * Tests that are asked for and listed together.
     *
     * @param flavour of the tunnel that they are about; any: they are about none
     * @param onRequest not among those that run when nothing is asked for
     */
    /** The classes of all groups. */
    static List<String> classes() {
        return GROUPS.stream().flatMap(group -> group.classes().stream()).toList();
    }

    private record Group(String flavour, String name, List<String> classes, List<Need> needs, boolean onRequest) {
        static Group of(String flavour, String name, String... classes) {
            return new Group(flavour, name, List.of(classes), List.of(), false);
        }

        Group needing(Need... needs) {
            return new Group(flavour, name, classes, List.of(needs), onRequest);
        }

        /** For tests that boot guests of their own. */
        Group whenAsked() {
            return new Group(flavour, name, classes, needs, true);
        }

        /** Why none of them can run here. */
        Optional<String> obstacle() {
            return needs.stream()
                    .filter(need -> !need.here())
                    .map(need -> need.lacking)
                    .findFirst();
        }
    }

    /** Whether the kernel has it, built in or as a module, which is loaded then. */
    private static boolean modprobe(String module) {
        try {
            return new ProcessBuilder("modprobe", "-q", module)
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run modprobe", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a module is loaded", e);
        }
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
            Launcher launcher = LauncherFactory.create();
            for (Group group : GROUPS) {
                for (String name : group.classes()) {
                    if (wanted.isEmpty() && !group.onRequest()
                            || Stream.of(group.flavour(), group.name(), name).anyMatch(wanted::contains)) {
                        Lines found = new Lines(group, name, lines);
                        run(launcher, name, group.obstacle(), found);
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

    private static void run(Launcher launcher, String name, Optional<String> obstacle, Lines found) {
        LauncherDiscoveryRequest request;
        try {
            request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(Class.forName(name)))
                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                    .build();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is no test " + name, e);
        }
        TestPlan plan = launcher.discover(request);
        if (obstacle.isPresent()) {
            found.testPlanExecutionStarted(plan);
            plan.getRoots().forEach(root -> found.executionSkipped(root, obstacle.get()));
        } else {
            launcher.execute(plan, found);
        }
    }

    /** Writes down what becomes of the tests of one class. */
    private static final class Lines implements TestExecutionListener {
        private final Group group;
        private final String name;
        private final PrintStream lines;
        private final long start = System.nanoTime();
        private final Map<String, Long> started = new LinkedHashMap<>();
        private final List<String> complaints = new ArrayList<>();
        private Optional<TestPlan> plan = Optional.empty();
        private int passed;
        private int failed;
        private int notRun;

        Lines(Group group, String name, PrintStream lines) {
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
                    group.flavour(),
                    group.name(),
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
