package io.fanatic.netlink.route;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.wire.DumpInterruptedException;
import io.fanatic.netlink.wire.NetlinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LinksTest {
    private static final MacAddress MAC = new MacAddress(0x02fa0a00002dL);
    /** Has an IPv4 address where others have one of Ethernet. */
    private static final String NOT_ETHERNET = "tunl0";

    private static final int O_RDONLY_CLOEXEC = 02000000;

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    Links links;
    /** How many links a new namespace has: the loopback, and tunl0 where IPIP is loaded. */
    private int atFirst;

    @BeforeEach
    void openLinks() {
        links = new Links(inside.socket());
        atFirst = links.list().size();
    }

    @Test
    void theListIsThatOfIpLink() {
        links.create(
                NewLink.bridge("br0").mac(MAC).mtu(1450).alias("some words").up());
        links.create(NewLink.veth("v0", "v1").mtu(1400));
        links.setMaster(
                links.named("v0").orElseThrow().index(),
                links.named("br0").orElseThrow().index());

        List<String> ours = new ArrayList<>();
        for (Link link : links.list()) {
            if (link.name().equals(NOT_ETHERNET)) {
                continue;
            }
            ours.add(link.index() + " " + link.name() + " " + link.kind() + " " + link.mtu() + " " + link.mac() + " "
                    + link.up() + " " + link.alias() + " " + (link.master() == 0 ? "" : name(link.master())));
        }
        List<String> theirs = new ArrayList<>();
        for (JsonElement element : inside.json("ip -j -d link show")) {
            JsonObject link = element.getAsJsonObject();
            if (text(link, "ifname").equals(NOT_ETHERNET)) {
                continue;
            }
            JsonObject info = link.has("linkinfo") ? link.getAsJsonObject("linkinfo") : new JsonObject();
            theirs.add(text(link, "ifindex") + " " + text(link, "ifname") + " " + text(info, "info_kind") + " "
                    + text(link, "mtu") + " " + text(link, "address") + " "
                    + link.getAsJsonArray("flags").toString().contains("\"UP\"") + " " + text(link, "ifalias") + " "
                    + text(link, "master"));
        }
        assertThat(ours).containsExactlyElementsOf(theirs).hasSize(4);
    }

    private String name(int index) {
        return links.byIndex(index).orElseThrow().name();
    }

    private static String text(JsonObject object, String key) {
        return object.has(key) ? object.get(key).getAsString() : "";
    }

    @Test
    void aBridgeForwardsAtOnceAndStaysSilent() {
        int index = links.create(
                NewLink.bridge("fan-250").mac(MAC).mtu(1450).alias("a fan").up());

        Link link = links.byIndex(index).orElseThrow();
        assertThat(link.name()).isEqualTo("fan-250");
        assertThat(link.kind()).isEqualTo("bridge");
        assertThat(link.mac()).isEqualTo(MAC);
        assertThat(link.mtu()).isEqualTo(1450);
        assertThat(link.alias()).isEqualTo("a fan");
        assertThat(link.up()).isTrue();
        JsonObject data =
                only("ip -j -d link show fan-250").getAsJsonObject("linkinfo").getAsJsonObject("info_data");
        assertThat(data.get("forward_delay").getAsInt()).isZero();
        assertThat(data.get("stp_state").getAsInt()).isZero();
        assertThat(data.get("mcast_snooping").getAsInt()).isZero();
        assertThat(inside.sh("cat /proc/sys/net/ipv6/conf/fan-250/addr_gen_mode"))
                .as("IN6_ADDR_GEN_MODE_NONE")
                .isEqualTo("1\n");
        assertThat(inside.sh("ip -6 addr show dev fan-250")).isEmpty();
    }

    @Test
    void aBridgeKeepsItsMtuWhateverItsPortsHave() {
        for (int mtu : new int[] {1450, 1500, 8950}) {
            int bridge = links.create(NewLink.bridge("br0").mtu(mtu));
            links.create(NewLink.veth("v0", "v1").mtu(1280).master(bridge));

            assertThat(links.byIndex(bridge).orElseThrow().mtu()).isEqualTo(mtu);
            links.delete(links.named("v0").orElseThrow().index());
            links.delete(bridge);
        }
    }

    @Test
    void anMtuTooSmallForIpv6IsNoObstacle() {
        int index = links.create(NewLink.bridge("br0").mtu(1000).up());

        assertThat(links.byIndex(index).orElseThrow().mtu()).isEqualTo(1000);
        assertThat(links.byIndex(index).orElseThrow().up()).isTrue();
    }

    @Test
    void anExternalVxlanTakesEverythingFromThePacket() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.VNI_FILTER), "this kernel has no vni-filter");
        int bridge = links.create(NewLink.bridge("br0").up());
        int index = links.create(NewLink.externalVxlan("ftun-250", 8472, true)
                .mac(MAC)
                .mtu(1450)
                .master(bridge)
                .alias("tunnel")
                .up());

        Link link = links.byIndex(index).orElseThrow();
        assertThat(link.master()).isEqualTo(bridge);
        assertThat(link.mtu()).isEqualTo(1450);
        assertThat(link.mac()).isEqualTo(MAC);
        assertThat(link.alias()).isEqualTo("tunnel");
        VxlanSettings vxlan = link.vxlan().orElseThrow();
        assertThat(vxlan.external()).isTrue();
        assertThat(vxlan.vniFilter()).isTrue();
        assertThat(vxlan.learning()).isFalse();
        assertThat(vxlan.port()).isEqualTo(8472);
        assertThat(vxlan.vni()).isZero();
        JsonObject data =
                only("ip -j -d link show ftun-250").getAsJsonObject("linkinfo").getAsJsonObject("info_data");
        assertThat(data.get("external").getAsBoolean()).isTrue();
        assertThat(data.get("vnifilter").getAsBoolean()).isTrue();
        assertThat(data.get("port").getAsInt()).isEqualTo(8472);
    }

    @Test
    void noLinkMadeHereGivesItselfAnIpv6Address() {
        // Unlike a bridge without ports, this one has a carrier at once, and with it would have an address.
        links.create(NewLink.externalVxlan("ftun-250", 8472, true).up());

        assertThat(inside.sh("ip -6 addr show dev ftun-250")).isEmpty();
        inside.sh("ip link add other type vxlan id 1 dstport 4789");
        inside.sh("ip link set other up");
        assertThat(inside.sh("ip -6 addr show dev other")).contains("fe80:");
    }

    @Test
    void aPlainVxlanHasOnePeer() {
        int index = links.create(
                NewLink.vxlan("vx0", 42, Ipv4Address.parse("10.0.0.1"), Ipv4Address.parse("10.0.0.2"), 4789));

        VxlanSettings vxlan = links.byIndex(index).orElseThrow().vxlan().orElseThrow();
        assertThat(vxlan.vni()).isEqualTo(42);
        assertThat(vxlan.port()).isEqualTo(4789);
        assertThat(vxlan.local()).contains(Ipv4Address.parse("10.0.0.1"));
        assertThat(vxlan.remote()).contains(Ipv4Address.parse("10.0.0.2"));
        assertThat(vxlan.external()).isFalse();
        JsonObject data =
                only("ip -j -d link show vx0").getAsJsonObject("linkinfo").getAsJsonObject("info_data");
        assertThat(data.get("id").getAsInt()).isEqualTo(42);
        assertThat(data.get("remote").getAsString()).isEqualTo("10.0.0.2");
    }

    @Test
    void aSecondExternalVxlanWithoutVniFilterOnThePortIsRefused() {
        links.create(NewLink.externalVxlan("one", 8472, false).up());

        assertThatThrownBy(() ->
                        links.create(NewLink.externalVxlan("two", 8472, false).up()))
                .isInstanceOf(NetlinkException.class)
                .hasMessageContaining("create vxlan two");
        assertThat(links.named("two")).isEmpty();
    }

    @Test
    void aVethReachesIntoAnotherNamespace() {
        Namespace other = inside.another();
        withFd(other, fd -> links.create(NewLink.veth("v0", "eth0").mtu(1450).peerNamespace(fd)));

        Link peer = new Links(inside.socketOf(other)).named("eth0").orElseThrow();
        assertThat(peer.kind()).isEqualTo("veth");
        assertThat(peer.mtu()).isEqualTo(1450);
        assertThat(links.named("v0").orElseThrow().lower()).isEqualTo(peer.index());
        assertThat(links.named("eth0")).isEmpty();
    }

    private static void withFd(Namespace namespace, java.util.function.IntConsumer work) {
        int fd = check("open", Native.open(namespace.network().toString(), O_RDONLY_CLOEXEC));
        try {
            work.accept(fd);
        } finally {
            LIBC.close(fd);
        }
    }

    @Test
    void aBridgesSpanningTreeIsSwitchedAndTold() {
        int bridge = links.create(NewLink.bridge("br0").mtu(1400));
        for (boolean on : new boolean[] {true, false}) {
            links.setSpanningTree(bridge, on);
            assertThat(links.byIndex(bridge).orElseThrow().spanningTree()).isEqualTo(on);
            assertThat(only("ip -j -d link show br0")
                            .getAsJsonObject("linkinfo")
                            .getAsJsonObject("info_data")
                            .get("stp_state")
                            .getAsInt())
                    .isEqualTo(on ? 1 : 0);
        }
        assertThat(links.byIndex(bridge).orElseThrow().mtu()).isEqualTo(1400);
    }

    @Test
    void everySettingCanBeChangedAndChangedBack() {
        int bridge = links.create(NewLink.bridge("br0"));
        links.create(NewLink.veth("v0", "v1"));
        int veth = links.named("v0").orElseThrow().index();

        links.setUp(veth, true);
        links.setMtu(veth, 1300);
        links.setMac(veth, MAC);
        links.setAlias(veth, "alias");
        links.setMaster(veth, bridge);
        links.setNoIpv6Address(veth);
        // Kernels before 6.2 rename only what is down.
        links.setUp(veth, false);
        links.rename(veth, "renamed");
        links.setUp(veth, true);
        Link changed = links.byIndex(veth).orElseThrow();
        assertThat(changed.up()).isTrue();
        awaitNotRunning(veth);
        assertThat(changed.mtu()).isEqualTo(1300);
        assertThat(changed.mac()).isEqualTo(MAC);
        assertThat(changed.alias()).isEqualTo("alias");
        assertThat(changed.master()).isEqualTo(bridge);
        assertThat(changed.name()).isEqualTo("renamed");

        links.setUp(veth, false);
        links.setAlias(veth, "");
        links.setMaster(veth, 0);
        Link back = links.byIndex(veth).orElseThrow();
        assertThat(back.up()).isFalse();
        assertThat(back.alias()).isEmpty();
        assertThat(back.master()).isZero();
    }

    /** Its other end is down; the kernel finds out in its own time (linkwatch), within a second. */
    private void awaitNotRunning(int index) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (links.byIndex(index).orElseThrow().running()) {
            assertThat(System.nanoTime()).as("carrier is lost in time").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void onlyTheLinkMeantIsDeleted() {
        int index = links.create(NewLink.bridge("br0"));

        assertThat(links.delete(index, "br1")).isFalse();
        assertThat(links.byIndex(index)).isPresent();
        assertThat(links.delete(index, "br0")).isTrue();
        assertThat(links.byIndex(index)).isEmpty();
        assertThat(links.delete(index, "br0")).isFalse();
    }

    @Test
    void aTakenNameIsRefusedAndTheOwnerStaysAsItWas() {
        links.create(NewLink.bridge("br0").alias("first"));
        Optional<Link> before = links.named("br0");

        assertThatThrownBy(
                        () -> links.create(NewLink.bridge("br0").alias("second").mtu(1300)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
                .hasMessage("create bridge br0: File exists (errno 17)");
        assertThat(links.named("br0")).isEqualTo(before);
    }

    @Test
    void aLinkThatCannotBeCompletedIsTakenAwayAgain() {
        assertThatThrownBy(() -> links.create(NewLink.bridge("br0").alias("x".repeat(300))))
                .isInstanceOf(NetlinkException.class);

        assertThat(links.named("br0")).isEmpty();
    }

    @Test
    void theKernelPointsAtTheAttributeThatItRefuses() {
        assertThatThrownBy(() -> links.create(NewLink.bridge("a-name-longer-than-15")))
                .isInstanceOfSatisfying(NetlinkException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ERANGE);
                    assertThat(e.kernelText()).contains("Attribute failed policy validation");
                    assertThat(e.attributeOffset()).isEqualTo(32);
                    assertThat(e.operation()).isEqualTo("create bridge a-name-longer-than-15");
                });
    }

    @Test
    void whatDoesNotExistIsEmptyNotAnError() {
        assertThat(links.named("nothing")).isEmpty();
        assertThat(links.named("a-name-longer-than-15")).isEmpty();
        assertThat(links.byIndex(4711)).isEmpty();
    }

    @Test
    void manyLinksAreListedWhole() {
        for (int i = 0; i < 200; i++) {
            links.create(NewLink.bridge("bridge-" + i));
        }

        assertThat(links.list()).hasSize(atFirst + 200);
    }

    @Test
    void aReplyLongerThanTheBufferIsReadWhole() {
        int index = links.create(NewLink.bridge("br0").alias("the last thing in a long message"));
        for (int i = 0; i < 320; i += 5) {
            StringBuilder command = new StringBuilder("ip link property add dev br0");
            for (int j = i; j < i + 5; j++) {
                command.append(" altname ").append("x".repeat(110)).append(j);
            }
            inside.sh(command.toString());
        }
        // 320 names of about 120 bytes: more than the 32768 bytes of the first buffer.
        assertThat(inside.sh("ip link show br0")).hasSizeGreaterThan(32768);

        Links fresh = new Links(inside.socket());
        assertThat(fresh.byIndex(index).orElseThrow().alias()).isEqualTo("the last thing in a long message");
        assertThat(fresh.list()).hasSize(atFirst + 1);
    }

    @Test
    void listsTakenWhileLinksComeAndGoAreWholeOrATypedError() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            links.create(NewLink.bridge("stays-" + i));
        }
        Links others = new Links(inside.socket());
        Thread busy = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                others.delete(others.create(NewLink.bridge("comes-and-goes")));
            }
        });
        busy.start();
        try {
            for (int i = 0; i < 200; i++) {
                try {
                    assertThat(links.list().stream().filter(link -> link.name().startsWith("stays-")))
                            .hasSize(50);
                } catch (DumpInterruptedException e) {
                    assertThat(e).hasMessageContaining("list links");
                }
            }
        } finally {
            busy.interrupt();
            busy.join();
        }
    }

    private JsonObject only(String command) {
        return inside.json(command).get(0).getAsJsonObject();
    }
}
