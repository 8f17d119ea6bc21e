package io.fanatic.netlink.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.FastProgramSpec;
import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.ProgramRecord;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.bpf.SourcePorts;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.bpf.Tcx.Hook;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs of a fan on a device that is not the fan's, such as the card of the underlay: a device of the fan records them. Each step is
 * made by a program of its own, as by another run, through tcx and as filters of clsact.
 */
class ForeignDeviceProgramsTest {
    private static final FanMapping MAPPING =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final String CARD = "card";
    private static final String KEEPER = "fan-250";

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    private Namespace host;

    @BeforeEach
    void makeTheHost() {
        host = namespaces.namespace();
        sh("ip link add card type veth peer name peer");
        sh("ip link set card up");
        keeper(KernelFeatures.ofThisKernel(), KEEPER);
    }

    private void keeper(KernelFeatures features, String name) {
        with(features, kernel -> {
            MacAddress mac = new MacAddress(0x02fa00000000L | name.hashCode() & 0xffffff);
            kernel.createLink(Kernel.TEMPORARY_BRIDGE, new LinkSpec.Bridge(mac, 1450, false, 2));
            kernel.renameWithAlias(Kernel.TEMPORARY_BRIDGE, name, "fanatic for tests");
        });
    }

    private String sh(String command) {
        return FreshNamespace.exec(host, "sh", "-c", command);
    }

    private void with(KernelFeatures features, Consumer<LinuxKernel> work) {
        host.run(() -> {
            try (LinuxKernel kernel = new LinuxKernel(directory.resolve("run"), directory.resolve("lib"), features)) {
                work.accept(kernel);
            }
        });
    }

    private static KernelFeatures features(boolean tcx) {
        KernelFeatures all = KernelFeatures.ofThisKernel();
        assumeTrue(!tcx || all.has(KernelFeature.TCX), "this kernel has no tcx");
        return tcx ? all : all.without(KernelFeature.TCX);
    }

    private static ProgramSpec spec(String... addresses) {
        List<Ipv4Address> locals =
                List.of(addresses).stream().map(Ipv4Address::parse).toList();
        return new GateProgramSpec(new FanProgramSpec(MAPPING, 0, locals, true, TunnelType.VXLAN));
    }

    private HostSnapshot snapshot() {
        return host.call(HostSnapshot::take);
    }

    private void assertPrograms(KernelFeatures features, String device, ProgramSpec spec) {
        with(
                features,
                kernel -> assertThat(kernel.programs(KEEPER))
                        .containsExactly(new ProgramState(device, KEEPER, spec.names())));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyAreFoundReplacedAndRemovedByTheRecordAlone(boolean tcx) {
        KernelFeatures features = features(tcx);
        HostSnapshot before = snapshot();
        ProgramSpec one = spec("10.0.0.45");
        ProgramSpec two = spec("10.0.0.45", "10.0.0.46");

        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, one));
        assertPrograms(features, CARD, one);
        with(features, kernel -> kernel.setAlias(KEEPER, "fanatic for other tests"));
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, two));
        assertPrograms(features, CARD, two);
        sh("ip link set card down; ip link set card name card2; ip link set card2 up");
        assertPrograms(features, "card2", two);
        sh("ip link set card2 down; ip link set card2 name card; ip link set card up");

        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));
        with(features, kernel -> assertThat(kernel.programs(KEEPER)).isEmpty());
        with(features, kernel -> kernel.setAlias(KEEPER, "fanatic for tests"));
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    /** As where the next step of a change fails, and the programs before it come back. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void countersOfProgramsThatAreReplacedDoNotStayOpen(boolean tcx) {
        List<Ipv4Address> locals = List.of(Ipv4Address.parse("10.0.0.45"));
        FanProgramSpec fan = new FanProgramSpec(MAPPING, 250, locals, true, TunnelType.VXLAN);
        with(features(tcx), kernel -> {
            ProgramSpec fast = new FastProgramSpec(fan, 8472, kernel.index(CARD), SourcePorts.DEFAULT);
            kernel.attachPrograms(KEEPER, KEEPER, fast);
            kernel.attachPrograms(KEEPER, KEEPER, fast);
            assertThat(descriptorsOfCounters()).isNotEmpty();
        });
        assertThat(descriptorsOfCounters()).isEmpty();
    }

    /** This process's, of the counters that the keeper records. */
    private List<Path> descriptorsOfCounters() {
        String alias = host.call(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                return new Links(socket).named(KEEPER).orElseThrow().alias();
            }
        });
        int counters =
                ProgramRecord.in(alias).at(ProgramRecord.ITSELF).orElseThrow().counters();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fdinfo"))) {
            List<Path> open = new ArrayList<>();
            for (Path file : files.toList()) {
                if (read(file).contains("map_id:\t" + counters + "\n")) {
                    open.add(file);
                }
            }
            return open;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing of a descriptor that is closed meanwhile. */
    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException closed) {
            return "";
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatOthersHaveOnTheDeviceStaysAsItIs(boolean tcx) {
        KernelFeatures features = features(tcx);
        sh("tc qdisc add dev card clsact");
        sh("tc filter add dev card ingress protocol all prio 250 handle 1 bpf bytecode '1,6 0 0 0'");
        sh("tc filter add dev card egress protocol all prio 7 handle 1 bpf bytecode '1,6 0 0 0'");
        HostSnapshot before = snapshot();
        String filters = filters();

        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.46")));
        assertPrograms(features, CARD, spec("10.0.0.46"));
        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));

        assertThat(filters()).isEqualTo(filters);
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoFansKeepApartOnOneDevice(boolean tcx) {
        KernelFeatures features = features(tcx);
        keeper(features, "fan-251");
        HostSnapshot before = snapshot();

        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        with(features, kernel -> kernel.attachPrograms(CARD, "fan-251", spec("10.0.0.46")));
        assertPrograms(features, CARD, spec("10.0.0.45"));
        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));
        with(
                features,
                kernel -> assertThat(kernel.programs("fan-251"))
                        .containsExactly(new ProgramState(
                                CARD, "fan-251", spec("10.0.0.46").names())));
        with(features, kernel -> kernel.detachPrograms(CARD, "fan-251"));

        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClsactThatSomebodyUsesByThenStaysWithItsFilter(boolean tcx) {
        KernelFeatures features = features(tcx);
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        sh("tc qdisc add dev card clsact 2>/dev/null || true");
        sh("tc filter add dev card egress protocol all prio 7 handle 1 bpf bytecode '1,6 0 0 0'");
        String filters = sh("tc filter show dev card egress");

        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));

        assertThat(sh("tc filter show dev card egress")).isEqualTo(filters);
    }

    /** As a monitor of somebody else's would be, before and behind which ours come and go. */
    @Test
    void aProgramOfOthersOnTheHookStays() {
        KernelFeatures features = features(true);
        host.run(() -> {
            try (FanPrograms monitor = FanPrograms.load(spec("10.0.0.99"))) {
                Tcx.attach(card(), Hook.INGRESS, monitor.get(Role.GATE));
            }
        });
        List<Integer> others = host.call(() -> Tcx.query(card(), Hook.INGRESS));
        HostSnapshot before = snapshot();

        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.46")));
        assertPrograms(features, CARD, spec("10.0.0.46"));
        assertThat(host.call(() -> Tcx.query(card(), Hook.INGRESS))).hasSize(2).endsWith(others.get(0));
        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));

        assertThat(host.call(() -> Tcx.query(card(), Hook.INGRESS))).isEqualTo(others);
        assertThat(before.changesTo(snapshot())).isEmpty();
    }

    /** In the calling thread's namespace. */
    private static int card() {
        try (NetlinkSocket socket = NetlinkSocket.open()) {
            return new Links(socket).named(CARD).orElseThrow().index();
        }
    }

    private String filters() {
        return sh("tc filter show dev card egress; tc filter show dev card ingress");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsTakenOffTheDeviceIsNotSaidToBeThere(boolean tcx) {
        KernelFeatures features = features(tcx);
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        if (tcx) {
            host.run(() -> Tcx.detach(
                    card(), Hook.INGRESS, Tcx.query(card(), Hook.INGRESS).get(0)));
        } else {
            sh("tc filter del dev card ingress");
        }
        with(
                features,
                kernel ->
                        assertThat(kernel.programs(KEEPER)).containsExactly(new ProgramState(CARD, KEEPER, List.of())));

        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        assertPrograms(features, CARD, spec("10.0.0.45"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeviceThatWentIsForgotten(boolean tcx) {
        KernelFeatures features = features(tcx);
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.45")));
        sh("ip link del card");
        with(features, kernel -> {
            assertThat(kernel.programs(KEEPER)).isEmpty();
            kernel.detachPrograms(CARD, KEEPER);
        });

        sh("ip link add card type veth peer name peer");
        HostSnapshot before = snapshot();
        with(features, kernel -> kernel.attachPrograms(CARD, KEEPER, spec("10.0.0.46")));
        assertPrograms(features, CARD, spec("10.0.0.46"));
        assertThat(sh("ip -d link show dev fan-250")).containsOnlyOnce(" on ");
        with(features, kernel -> kernel.detachPrograms(CARD, KEEPER));
        assertThat(before.changesTo(snapshot())).isEmpty();
    }
}
