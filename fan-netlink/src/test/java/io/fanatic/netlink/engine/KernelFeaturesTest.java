package io.fanatic.netlink.engine;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What this kernel has, and what fans do on a kernel without it: it is said to lack a feature, whatever it has. */
class KernelFeaturesTest {
    private static final String FAN = "250.0.0.0/8";

    @RegisterExtension
    final FreshNamespace namespaces = new FreshNamespace();

    @TempDir
    Path directory;

    private final KernelFeatures all = KernelFeatures.ofThisKernel();

    private TwoFans fansWithout(KernelFeature... lacking) {
        return new TwoFans(namespaces, directory, all.without(lacking), all.without(lacking));
    }

    /** What IPIP fans and encrypted ones use is tried by their own tests, which look for a kernel that has it. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"IPIP", "IPIP_PATH_MTU", "ESP"})
    void thisKernelHas(KernelFeature feature) {
        KernelFeatures.Trial trial = all.trial(feature);
        assumeTrue(
                trial.result() != KernelFeatures.Result.LACKING || feature.required(),
                "this kernel has no " + feature.word() + " " + trial.seen());
        assertThat(trial.result()).as(trial.seen()).isEqualTo(KernelFeatures.Result.WORKS);
        assertThat(trial.seen()).isEmpty();
    }

    @Test
    void aFanWorksAndGoesWithAllThatThisKernelHas() {
        TwoFans fans = fansWithout();
        fans.up(FAN, "10.0.0.0/16");
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        TwoFans.bulk(fans.host(0), fans.host(1), "250.0.2.1");
        fans.unplugContainers();
        fans.down(FAN);
    }

    @Test
    void withoutTcxProgramsAreClsactFilters() {
        TwoFans fans = fansWithout(KernelFeature.TCX);
        FanEntry entry = FanEntry.parse(List.of(FAN, "10.0.0.0/16"));
        fans.up(FAN, "10.0.0.0/16");
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        assertThat(shIn(fans.host(0), "tc filter show dev ftun-250 ingress")).contains("fan guard", "direct-action");
        assertThat(fans.on(0, engine -> engine.up(entry)).isEmpty()).isTrue();
        long received = fans.withKernel(0, kernel -> kernel.counters("ftun-250").getOrDefault(Counter.RECEIVED, 0L));
        assertThat(received).isGreaterThanOrEqualTo(2);

        shIn(fans.host(0), "tc filter del dev ftun-250 ingress");
        assertThat(fans.on(0, engine -> engine.up(entry)).lines()).hasSize(1);
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        fans.down(FAN);
    }

    /** On the underlay's device, whose clsact is known by the tunnel's record and by the filters in it. */
    @Test
    void withoutTcxAClsactForTheFastPathGoesAlsoAfterItsTunnelWasDeleted() {
        assumeTrue(all.has(KernelFeature.FAST_PATH), "this kernel has no fast path");
        TwoFans fans = fansWithout(KernelFeature.TCX);
        fans.up(FAN, "10.0.0.0/16");
        assertThat(shIn(fans.host(0), "tc filter show dev u0 ingress")).contains("fan cguard clsact");

        shIn(fans.host(0), "ip link del ftun-250");
        fans.up(FAN, "10.0.0.0/16");
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        shIn(fans.host(1), "ip link del ftun-250");
        fans.down(FAN);

        shIn(fans.host(0), "tc qdisc add dev u0 clsact");
        HostSnapshot before = fans.host(0).call(HostSnapshot::take);
        fans.up(FAN, "10.0.0.0/16");
        shIn(fans.host(0), "ip link del ftun-250");
        fans.up(FAN, "10.0.0.0/16");
        fans.on(0, engine -> engine.down(Ipv4Prefix.parse(FAN), UnderlaySpec.parse("10.0.0.0/16")));
        assertThat(before.changesTo(fans.host(0).call(HostSnapshot::take)))
                .as("a clsact of somebody else's")
                .isEmpty();
    }

    @Test
    void withoutTcxAnAdoptionThatFailsLeavesNoClsactBehind() throws Exception {
        TwoFans fans = fansWithout(KernelFeature.TCX);
        shIn(fans.host(0), "ip link add fan-250 type bridge");
        shIn(fans.host(0), "ip addr add 250.0.1.1/8 dev fan-250");
        shIn(fans.host(0), "ip link set fan-250 up");
        HostSnapshot before = fans.host(0).call(HostSnapshot::take);
        DatagramChannel holder = fans.host(0).call(DatagramChannel::open);
        try (holder) {
            holder.bind(new InetSocketAddress("0.0.0.0", 8472));
            assertThatThrownBy(() -> fans.up(FAN, "10.0.0.0/16")).hasMessageContaining("UDP port 8472");
        }
        assertThat(before.changesTo(fans.host(0).call(HostSnapshot::take))).isEmpty();
    }

    /** On either path and without encapsulation: ARP goes by the kernel's device, which would send it from another of the addresses. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no-fast", "direct"})
    void withoutALocalAddressInTheTunnelKeyAFanHasOneUnderlayAddress(String flag) {
        TwoFans fans = fansWithout(KernelFeature.LOCAL_ADDRESS);
        assumeTrue(!flag.equals("direct") || all.has(KernelFeature.DIRECT), "this kernel has no direct");
        fans.up(entry(FAN, "10.0.0.0/16", flag));
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);

        shIn(fans.host(0), "ip addr add 10.0.0.9/16 dev u0");
        refused(fans, entry(FAN, "10.0.0.9/16", flag), "on this kernel a fan has only one underlay address on a host");
        shIn(fans.host(0), "ip addr del 10.0.0.9/16 dev u0");
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        fans.down(FAN);
    }

    private static String[] entry(String overlay, String underlay, String... flags) {
        return Stream.concat(Stream.of(overlay, underlay), Stream.of(flags))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
    }

    /** The first host refuses a fan as unsupported, which the command line tells by exit code 6, and is as it was. */
    private static void refused(TwoFans fans, String[] entry, String sentence) {
        HostSnapshot before = fans.host(0).call(HostSnapshot::take);
        assertThatThrownBy(() -> fans.on(0, engine -> engine.up(FanEntry.parse(List.of(entry)))))
                .isInstanceOf(FanException.class)
                .hasMessageContaining(sentence)
                .extracting(e -> ((FanException) e).reason())
                .isEqualTo(FanException.Reason.UNSUPPORTED);
        assertThat(before.changesTo(fans.host(0).call(HostSnapshot::take))).isEmpty();
    }

    /** Also on a machine that has no IPIP at all: what programs would get there is looked at first. */
    @Test
    void anIpipFanIsRefusedWhereItsProgramsWouldGetOuterHeaders() {
        TwoFans fans = fansWithout(KernelFeature.IPIP);
        assertThatThrownBy(() -> fans.up(FAN, "10.0.0.0/16", "ipip"))
                .isInstanceOf(FanException.class)
                .hasMessageContaining("use VXLAN")
                .extracting(e -> ((FanException) e).reason())
                .isEqualTo(FanException.Reason.UNSUPPORTED);
        fans.down();
    }

    /** On either path and without encapsulation: what these leave to the kernel's device would all come to the first fan's. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no-fast", "direct"})
    void withoutAVniFilterEachFanHasAPortOfItsOwn(String flag) {
        String other = "251.0.0.0/8";
        TwoFans fans = fansWithout(KernelFeature.VNI_FILTER);
        assumeTrue(!flag.equals("direct") || all.has(KernelFeature.DIRECT), "this kernel has no direct");
        fans.up(entry(FAN, "10.0.0.0/16", flag));
        refused(fans, entry(other, "10.0.0.0/16", flag), "each fan needs a UDP port of its own");
        refused(fans, entry(other, "10.0.0.0/16", flag), "choose another with --port");
        fans.up(entry(other, "10.0.0.0/16", "port", "8473", flag));

        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        fans.plugContainers("fan-251", other);
        fans.assertContainersTalk(other);
        fans.unplugContainers();
        boolean direct = flag.equals("direct");
        boolean fast = !flag.equals("no-fast") && all.has(KernelFeature.FAST_PATH);
        for (Fan fan : fans.on(0, Engine::list)) {
            assertThat(fans.on(0, engine -> engine.path(fan)).fastBy())
                    .isEqualTo(fast ? Optional.of("u0") : Optional.empty());
            assertThat(fans.on(0, engine -> engine.direct(fan)).now()).isEqualTo(direct ? Direct.SEND : Direct.OFF);
        }
        fans.down(FAN, other);
    }

    @Test
    void withoutNftablesThereIsNoMasqueradingAndThePlanSaysSo() {
        TwoFans fans = fansWithout(KernelFeature.NFTABLES);
        assertThat(fans.up(FAN, "10.0.0.0/16"))
                .containsExactly(Planner.NO_FORWARD_TABLE, Planner.NO_NAT, Planner.NO_TUNNEL_TABLE);
        assertThat(fans.withKernel(0, Kernel::nat)).isEmpty();
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        fans.down(FAN);
    }

    @Test
    void withoutCgroupsLocalUsersAreNotKeptFromTheTunnelAndThePlanSaysSo() {
        TwoFans fans = fansWithout(KernelFeature.LOCAL_USERS);
        List<String> notes = new ArrayList<>();
        if (!all.has(KernelFeature.NFTABLES)) { // user-mode Linux
            notes.addAll(List.of(Planner.NO_FORWARD_TABLE, Planner.NO_NAT, Planner.NO_TUNNEL_TABLE));
        }
        notes.add(Planner.LOCAL_USERS);
        assertThat(fans.up(FAN, "10.0.0.0/16")).isEqualTo(notes);
        assertThat(fans.withKernel(0, Kernel::rootOnly)).isEmpty();
        fans.down(FAN);
    }

    @Test
    void aHostOfAnOldKernelAndOneOfANewKernelShareAFan() {
        KernelFeatures old = all.without(
                KernelFeature.TCX, KernelFeature.LOCAL_ADDRESS, KernelFeature.VNI_FILTER, KernelFeature.NFTABLES);
        TwoFans fans = new TwoFans(namespaces, directory, old, all);
        fans.up(FAN, "10.0.0.0/16");
        fans.plugContainers("fan-250", FAN);
        fans.assertContainersTalk(FAN);
        fans.unplugContainers();
        fans.down(FAN);
    }
}
