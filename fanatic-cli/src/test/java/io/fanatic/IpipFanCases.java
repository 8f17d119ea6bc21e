package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Counter;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.FrameSender;
import io.fanatic.harness.probe.IpipFrameSender;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.proof.Check;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Engine;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Health;
import io.fanatic.netlink.health.Severity;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.kernel.LinuxKernel;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * IPIP fans on real kernels; run by scripts/test-kernels, since the machine's own kernel may have no IPIP.
 *
 * <pre>
 *   h1c1 250.0.1.2/24 - fan-250 \                                            / fan-250 - 250.0.2.2/24 h2c1
 *                                ftun0 - eth0 10.0.0.1 ... 10.0.0.2 eth0 - ftun0
 *   h1c2 251.0.1.2/24 - fan-251 /                                            \ fan-251 - 251.0.2.2/24 h2c2
 * </pre>
 */
class IpipFanCases {
    private static final FanOptions OPTIONS =
            FanOptions.DEFAULT.withType(TunnelType.IPIP).withNat(false);
    private static final FanControl IPIP = new EmbeddedFan(OPTIONS);
    private static final int FORGED = 15;
    private static final Ipv4Prefix UNDERLAY = Ipv4Prefix.parse("10.0.0.0/16");
    private static final FanMapping FIRST = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), UNDERLAY);
    private static final FanMapping SECOND = FanMapping.of(Ipv4Prefix.parse("251.0.0.0/8"), UNDERLAY);

    private Lab lab;
    private LabHost h1;
    private LabHost h2;

    /** The strict reverse path filter everywhere: the fan works with it, so nothing has to be set and set back. */
    @BeforeAll
    static void strictly() {
        Sysctl.write("net.core.devconf_inherit_init_net", "1");
        for (String where : List.of("all", "default")) {
            Sysctl.write("net.ipv4.conf." + where + ".rp_filter", "1");
        }
    }

    @BeforeEach
    void labOfTwoHosts() {
        lab = Lab.up(new LabSpec(
                "ipip",
                List.of(FIRST, SECOND),
                List.of(UNDERLAY.network().plus(1), UNDERLAY.network().plus(2)),
                1,
                1500));
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
    }

    @AfterEach
    void sweep() {
        lab.close();
    }

    private ExecResult exec(LabNode node, String command) {
        return lab.exec(node, List.of(command.split(" ")));
    }

    private String sh(LabNode node, String command) {
        ExecResult result = lab.exec(node, List.of("sh", "-c", command));
        assertThat(result.exitCode()).as(command + ": " + result.output()).isZero();
        return result.output();
    }

    private static FanNetwork network(LabHost host) {
        return FanNetwork.onThisHost().in(host.namespace());
    }

    private static Fan fan(LabHost host) {
        return network(host).list().get(0);
    }

    private static long counted(LabHost host, Counter counter) {
        return network(host).counters(fan(host)).getOrDefault(counter, 0L);
    }

    private static FanEntry entry(LabHost host, FanMapping fan) {
        return new FanEntry(fan.overlay(), UnderlaySpec.of(host.underlayAddress(), UNDERLAY.prefixLength()), OPTIONS);
    }

    /** Echo requests that fill the MTU and checksummed data both ways, between all that are in one fan. */
    private void everybodyReachesEverybody() {
        try (Proof proof = patient(lab)) {
            Selection all = Selection.everything(lab);
            assertThat(proof.pings(all.pairs())).isNotEmpty().allSatisfy(IpipFanCases::good);
            assertThat(proof.transfers(all.pairs(), 1 << 20)).allSatisfy(IpipFanCases::good);
        }
    }

    /** Emulated machines take their time. */
    private static Proof patient(Lab lab) {
        return new Proof(lab, Duration.ofSeconds(10), Progress.UNHEARD);
    }

    private static void good(Check check) {
        assertThat(check.ok()).as(check.sentence()).isTrue();
    }

    @Test
    void twoFansShareOneDeviceAndGoOneAfterTheOtherWithoutATrace() {
        HostSnapshot before = lab.snapshot(h1);
        lab.fanUp(IPIP);
        everybodyReachesEverybody();
        assertThat(sh(h1, "ip -o link show type ipip up")).hasLineCount(1).contains("ftun0", "mtu 1480");
        assertThat(sh(h1, "ip -4 -o addr show fan-250")).contains("250.0.1.1/24");
        assertThat(sh(h1, "ip route show dev ftun0"))
                .contains("250.0.0.0/8 proto 250 scope link src 250.0.1.1 mtu 1480", "251.0.0.0/8");

        lab.memberships().forEach(IPIP::up);
        assertThat(network(h1).up(entry(h1, FIRST)).isEmpty()).isTrue();

        lab.detach(lab.containers().get(1));
        network(h1).down(SECOND.overlay(), entry(h1, SECOND).underlay());
        assertThat(network(h1).list()).hasSize(1);
        try (Proof proof = patient(lab)) {
            assertThat(proof.transfers(
                            List.of(new NodePair(
                                    lab.containers().get(0), lab.containers().get(2))),
                            1 << 20))
                    .allSatisfy(IpipFanCases::good);
        }
        lab.containers().forEach(lab::detach);
        network(h1).downEverything();
        assertThat(before.changesTo(lab.snapshot(h1))).isEmpty();
    }

    @Test
    void forgedNestedAndBrokenPacketsAreDroppedAndCounted() throws IOException {
        lab.close();
        lab = Lab.up(new LabSpec("ipip", FIRST, 2, 1, 1500));
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        lab.fanUp(IPIP);
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.spoofs()).hasSize(3).allSatisfy(IpipFanCases::good);
        }
        long received = counted(h2, Counter.RECEIVED);
        FrameSender way = new IpipFrameSender(h1.namespace(), h1.underlayAddress(), h2.underlayAddress());
        try (FrameSender.Open sender = way.open()) {
            Ipv4Address honest = lab.containers().get(0).address();
            Ipv4Address target = lab.containers().get(1).address();
            sender.send(packet(honest, target, 4, 0, 40)); // IPIP within IPIP
            sender.send(packet(honest, target, 17, 0, 24).putShort(16, (short) 200)); // shorter than it says
            sender.send(packet(honest, target, 17, 0, 200).put(14, (byte) 0x44)); // a header of 16 bytes
            sender.send(packet(honest, Ipv4Address.parse("250.0.3.2"), 17, 0, 40)); // for another host
            sender.send(packet(Ipv4Address.parse("250.0.3.2"), target, 17, 0x2000, 40)); // a forged fragment
            sender.send(packet(Ipv4Address.parse("192.0.2.1"), target, 17, 0, 40)); // from no fan at all
            sender.send(packet(honest, target, 17, 0x2000, 40)); // an honest fragment
        }
        assertThat(counted(h2, Counter.RECEIVE_NESTED)).isEqualTo(1);
        assertThat(counted(h2, Counter.RECEIVE_MALFORMED)).isEqualTo(2);
        assertThat(counted(h2, Counter.RECEIVE_NOT_LOCAL)).isEqualTo(1);
        assertThat(counted(h2, Counter.RECEIVE_SPOOFED)).isEqualTo(6 + 2);
        assertThat(counted(h2, Counter.RECEIVED)).isEqualTo(received + 1);
    }

    @Test
    void noPlainPacketOnTheSegmentSpeaksForAContainer() throws IOException {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES_FIB), "this kernel has no nftables");
        lab.fanUp(IPIP);
        lab.attachAll();
        List<Ipv4Address> sources = List.of(
                lab.containers().get(lab.containers().size() - 1).address(),
                h2.address(),
                h1.address().plus(90));
        Outsider.isNotBelieved(h2, "eth0", h1, lab.containers().get(0), sources, this::sh);
        IPIP.up(h1);
        everybodyReachesEverybody();
    }

    /** Where the host translates sources, a container's own packets of protocol 4 would leave as those of its tunnel. */
    @Test
    void noContainerSendsThroughItsHostsMasqueradeAsTheHostsTunnel() throws IOException {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.NFTABLES), "this kernel has no nftables for IPv4");
        for (LabHost host : List.of(h1, h2)) {
            sh(host, "sysctl -qw net.netfilter.nf_conntrack_generic_timeout=1");
        }
        FanControl translating = new EmbeddedFan(OPTIONS.withNat(true));
        lab.fanUp(translating);
        sh(h1, "nft delete table ip fanatic-tunnel");
        long before = counted(h2, Counter.RECEIVED);
        forgeFromContainer();
        await("without the table they arrive", () -> counted(h2, Counter.RECEIVED) == before + FORGED);
        for (LabHost host : List.of(h1, h2)) {
            await(
                    "the connection is forgotten",
                    () -> sh(host, "sysctl -n net.netfilter.nf_conntrack_count").equals("0\n"));
        }

        translating.up(h1);
        forgeFromContainer();
        String drops =
                "nft list table ip fanatic-tunnel | sed -n '/protocol/s/.* counter packets \\([0-9]*\\) .* drop.*/\\1/p'";
        await("with it they are dropped", () -> sh(h1, drops).equals(FORGED + "\n"));
        assertThat(counted(h2, Counter.RECEIVED)).isEqualTo(before + FORGED);
        everybodyReachesEverybody();
        assertThat(sh(h1, drops)).as("what the tunnel itself sends passes").isEqualTo(FORGED + "\n");
    }

    private void forgeFromContainer() throws IOException {
        LabNode from = lab.containers().get(0);
        Ipv4Address nobody = h1.address().plus(76);
        try (FrameSender.Open sender =
                new IpipFrameSender(from.namespace(), lab.containers().get(0).address(), h2.underlayAddress()).open()) {
            for (int i = 0; i < FORGED; i++) {
                sender.send(packet(nobody, h2.address(), 17, 0, 40));
            }
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
        }
    }

    /** Behind an empty Ethernet header; the kernel sums up the outer header, and the guard needs no sum of the inner. */
    private static ByteBuffer packet(Ipv4Address from, Ipv4Address to, int protocol, int fragment, int length) {
        ByteBuffer frame = ByteBuffer.allocate(14 + length);
        ByteBuffer header = ByteBuffer.allocate(20)
                .putShort((short) 0x4500)
                .putShort((short) Math.max(20, length))
                .putShort((short) 7)
                .putShort((short) fragment)
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(from.bits())
                .putInt(to.bits());
        frame.position(14);
        frame.put(header.array(), 0, Math.min(20, length));
        return frame.rewind();
    }

    @Test
    void onTheWireItIsTheUbuntuFansIpip() {
        IPIP.up(h1);
        // A host as iproute2 makes it: a lightweight tunnel, addresses by the same arithmetic, without a program of
        // ours.
        sh(
                h2,
                "ip link add other type ipip external && ip link set other up && ip addr add 250.0.2.1/24 dev lo"
                        + " && ip route add 250.0.1.0/24 encap ip dst 10.0.0.1 dev other src 250.0.2.1");
        assertThat(exec(h1, "ping -c 2 -W 2 250.0.2.1").exitCode()).isZero();
        assertThat(exec(h2, "ping -c 2 -W 2 -s 1452 -M do 250.0.1.1").exitCode())
                .isZero();
    }

    @Test
    void aRivalIsNamedAndNothingIsTouched() {
        sh(h1, "ip link add cilium_ipip4 type ipip external");
        HostSnapshot before = lab.snapshot(h1);
        assertThatThrownBy(() -> IPIP.up(h1))
                .isInstanceOf(FanException.class)
                .hasMessageContainingAll("cilium_ipip4", "one such device at most");
        assertThat(before.changesTo(lab.snapshot(h1))).isEmpty();
        sh(h1, "ip link delete cilium_ipip4 && ip link set tunl0 up");
        assertThatThrownBy(() -> IPIP.up(h1)).hasMessageContainingAll("tunl0", "in use");
        sh(
                h1,
                "ip link set tunl0 down && ip link add flannel.ipip type ipip local 10.0.0.1"
                        + " && ip link set flannel.ipip up");
        assertThatThrownBy(() -> IPIP.up(h1)).hasMessageContainingAll("flannel.ipip", "swallow");
    }

    @Test
    void aRunThatDiesAnywhereLeavesNothingThatDownCannotClearAndUpCannotComplete() {
        HostSnapshot before = lab.snapshot(h1);
        int calls = 0;
        for (boolean died = true; died; calls++) {
            died = diesAtChange(calls);
            if (calls % 2 == 0) {
                network(h1).up(entry(h1, FIRST));
                assertThat(network(h1).up(entry(h1, FIRST)).isEmpty()).isTrue();
            }
            network(h1).downEverything();
            assertThat(before.changesTo(lab.snapshot(h1)))
                    .as("died at change " + calls)
                    .isEmpty();
        }
        assertThat(calls).isGreaterThan(8);
    }

    /** Brings the fan up until the n-th change, and ends there as by kill -9: from then on nothing is changed any more, so nothing undone. */
    private boolean diesAtChange(int number) {
        return h1.namespace().call(() -> {
            int[] left = {number};
            try (LinuxKernel real = new LinuxKernel(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"))) {
                Kernel mortal = (Kernel) Proxy.newProxyInstance(
                        Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                            if (method.getReturnType() == void.class
                                    && !method.getName().equals("close")
                                    && left[0]-- <= 0) {
                                throw new IllegalStateException("killed");
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
                new Engine(mortal).up(entry(h1, FIRST));
                return false;
            } catch (FanException killed) {
                assertThat(left[0]).as(killed.getMessage()).isNegative();
                return true;
            }
        });
    }

    @Test
    void aNarrowerWayIsTheContainersKnowledgeSoonAndNoBlackHole() throws IOException, InterruptedException {
        lab.fanUp(IPIP);
        LabNode from = lab.containers().get(0);
        LabNode to = lab.containers().get(2);
        routerThatTakes(1400);
        assertThat(exec(from, "ping -c 1 -W 2 -M do -s 1352 " + to.address()).exitCode())
                .isZero();

        // The first large packet is lost on the way and teaches the host, the second one teaches the container.
        exec(from, "ping -c 1 -W 1 -M do -s 1452 " + to.address());
        assertThat(exec(from, "ping -c 2 -W 1 -M do -s 1452 " + to.address()).output())
                .contains("mtu = 1380");
        assertThat(exec(from, "ping -c 1 -W 2 -M dont -s 1452 " + to.address()).exitCode())
                .isZero();
        sh(h1, "ip route flush cache");
        sh(from, "ip route flush cache");
        everybodyReachesEverybody(from, to);
    }

    @Test
    void aHostThatDoesNotLearnWhatAPathTakesLetsRoutersFragment() throws IOException, InterruptedException {
        sh(h1, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=2");
        lab.fanUp(IPIP);
        LabNode from = lab.containers().get(0);
        LabNode to = lab.containers().get(2);
        routerThatTakes(1400);
        assertThat(exec(from, "ping -c 2 -W 2 -M do -s 1452 " + to.address()).exitCode())
                .isZero();
        everybodyReachesEverybody(from, to);
        assertThat(h1.namespace().call(() -> Health.onThisHost().examine()).findings())
                .extracting(Finding::code)
                .containsOnly(Code.PATH_MTU, Code.NOT_CONFIGURED);

        sh(h1, "sysctl -q -w net.ipv4.ip_no_pmtu_disc=0");
        assertThat(network(h1).up(entry(h1, FIRST)).lines())
                .singleElement()
                .asString()
                .startsWith("attach the eBPF programs encap and guard to ftun0");
    }

    @Test
    void aNarrowerDeviceIsTheContainersKnowledgeAtOnceAndUpMakesItTheFans() {
        lab.fanUp(IPIP);
        LabNode from = lab.containers().get(0);
        LabNode to = lab.containers().get(2);
        for (LabHost host : lab.hosts()) {
            sh(host, "ip link set eth0 mtu 1300");
        }
        assertThat(exec(from, "ping -c 1 -W 1 -M do -s 1452 " + to.address()).output())
                .contains("mtu = 1280");
        everybodyReachesEverybody(from, to);

        network(h1).up(entry(h1, FIRST));
        assertThat(fan(h1).mtu()).isEqualTo(1280);
        assertThat(sh(h1, "ip route show 250.0.0.0/8")).contains("mtu 1280");
        assertThat(sh(h1, "ip link show ftun0")).as("the other fan's MTU").contains("mtu 1480");
        network(h1).up(entry(h1, SECOND));
        assertThat(sh(h1, "ip link show ftun0")).contains("mtu 1280");
    }

    /** Of the whole kernel, so that only a kernel of its own can have it lowered. */
    // TESTING.md F31
    @Test
    void aFullTableOfConnectionsIsNamedAndTheCommandThatIsToldCuresIt() throws IOException {
        String most = "net.netfilter.nf_conntrack_max";
        lab.fanUp(IPIP);
        LabNode from = lab.containers().get(0);
        LabNode to = lab.containers().get(2);
        sh(h1, "iptables-legacy -A FORWARD -m conntrack --ctstate INVALID -j DROP");
        String before = Sysctl.read(most);
        InetAddress address = InetAddress.getByName(to.address().toString());
        try (ServerSocket listening = to.namespace().call(() -> new ServerSocket(0, 1, address));
                Socket lasting = from.namespace().call(() -> new Socket(address, listening.getLocalPort()));
                Proof proof = new Proof(lab)) {
            List<NodePair> pair = List.of(new NodePair(from, to));
            assertThat(proof.transfers(pair, 1 << 20)).allSatisfy(IpipFanCases::good);
            assertThat(full()).isEmpty();
            Sysctl.write(most, "1");
            assertThat(exec(from, "ping -c 1 -W 1 " + to.address()).exitCode()).isNotZero();
            Finding found = full().orElseThrow();
            assertThat(found.severity()).isEqualTo(Severity.ERROR);
            assertThat(found.fix()).isEqualTo("sysctl -w " + most + "=4");
            assertThat(lasting.isConnected()).isTrue();

            Sysctl.write(most, "1000");
            assertThat(full()).isEmpty();
            assertThat(proof.transfers(pair, 1 << 20)).allSatisfy(IpipFanCases::good);
        } finally {
            Sysctl.write(most, before);
        }
    }

    private Optional<Finding> full() {
        return h1.namespace().call(() -> Health.onThisHost().examine()).findings().stream()
                .filter(finding -> finding.code() == Code.CONNTRACK_FULL)
                .findFirst();
    }

    @Test
    void theKernelIsTriedForWhatIpipFansUse() {
        for (KernelFeature feature :
                List.of(KernelFeature.IPIP, KernelFeature.IPIP_PATH_MTU, KernelFeature.ACCEPT_RULES)) {
            KernelFeatures.Trial trial = KernelFeatures.ofThisKernel().trial(feature);
            assertThat(trial.result()).as(trial.toString()).isEqualTo(KernelFeatures.Result.WORKS);
        }
    }

    private void everybodyReachesEverybody(LabNode from, LabNode to) {
        try (Proof proof = patient(lab)) {
            assertThat(proof.transfers(List.of(new NodePair(from, to), new NodePair(to, from)), 1 << 20))
                    .allSatisfy(IpipFanCases::good);
        }
    }

    /** The way from the first host to the second leads through a router whose far side takes so many bytes. */
    private void routerThatTakes(int mtu) throws IOException, InterruptedException {
        sh(h1, "ip route add 10.0.0.2/32 via 10.0.255.254");
        outside(
                "sysctl",
                "-q",
                "-w",
                "net.ipv4.ip_forward=1",
                "net.ipv4.conf.underlay.send_redirects=0",
                "net.ipv4.conf.all.send_redirects=0");
        outside("ip", "link", "set", "underlay", "mtu", Integer.toString(mtu));
    }

    private void outside(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(lab.outside().command(List.of(command)))
                .inheritIO()
                .start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
