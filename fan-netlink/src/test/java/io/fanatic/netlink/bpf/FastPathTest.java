package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.host.DeviceStatistics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The programs of the fast path on real tunnels and a real underlay device, beside those of today. */
@KernelTest
class FastPathTest extends TwoHosts {
    private static final int[] TRAFFIC_CLASSES = {0, 1, 2, 3, 0x54, 0x55, 0x56, 0x57, 0xa8, 0xa9, 0xaa, 0xab, 255};

    static void attachFast(TestHost host, FanProgramSpec fan) {
        attachFast(host, fan, SourcePorts.DEFAULT);
    }

    @BeforeEach
    void isNotRunWithoutAFastPath() {
        Needs.fastPath();
    }

    private static void attachFast(TestHost host, FanProgramSpec wanted, SourcePorts sourcePorts) {
        FanProgramSpec fan = forThisKernel(wanted);
        int port = TunnelType.DEFAULT_VXLAN_PORT;
        int card = host.index("und");
        attach(host, new FastProgramSpec(fan, port, card, sourcePorts));
        int tunnel = host.index("tun");
        host.namespace().run(() -> {
            ProgramSpec guard =
                    new CardProgramSpec(fan, port, new MacAddress(0x02_0000_0001L), false).keptBy(tunnel, 0);
            try (FanPrograms programs = FanPrograms.load(guard, BpfMap.byId(host.countersMapId))) {
                attach(card, guard, programs);
            }
        });
    }

    private void bothFast() {
        attachFast(here, Specs.TWO_ADDRESSES);
        attachFast(there, Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
    }

    /** One for each type of service. */
    private static List<byte[]> frames() {
        List<byte[]> frames = new ArrayList<>();
        for (int service = 0; service < 256; service++) {
            byte[] frame = Frames.with(Frames.ipv4(HERE, THERE), 15, service);
            ByteBuffer bytes = ByteBuffer.wrap(frame).putShort(24, (short) 0);
            bytes.putShort(24, (short) Frames.checksum(bytes, 14, 34));
            frames.add(frame);
        }
        return frames;
    }

    /** As it is on the underlay, without what is another in each packet: identification and checksum, which has to hold. */
    private List<byte[]> comparable(List<byte[]> frames) {
        List<byte[]> crossed = outer(frames);
        for (byte[] outer : crossed) {
            ByteBuffer bytes = ByteBuffer.wrap(outer);
            assertThat(Frames.checksum(bytes, 14, 34)).isZero();
            bytes.putShort(18, (short) 0).putShort(24, (short) 0);
        }
        return crossed;
    }

    @Test
    void theOuterHeadersAreTheKernelsWhateverTheTypeOfServiceInside() {
        crosses(here, there, Frames.ipv4(HERE, THERE)); // both know their neighbour now
        List<byte[]> byTheKernel = comparable(frames());
        attachFast(here, Specs.TWO_ADDRESSES);
        crosses(here, there, Frames.ipv4(HERE, THERE)); // vouches for more
        long before = DeviceStatistics.sent(here.namespace(), "tun");
        List<byte[]> fast = comparable(frames());
        assertThat(DeviceStatistics.sent(here.namespace(), "tun") - before)
                .as("of 256")
                .isLessThan(256);
        for (int service = 0; service < 256; service++) {
            assertThat(fast.get(service)).as("type of service %d", service).isEqualTo(byTheKernel.get(service));
        }
    }

    private static FanProgramSpec dual(FanProgramSpec fan) {
        return fan.withIpv6(Specs.DUAL.ipv6().orElseThrow());
    }

    /** With each ECN, in traffic classes that differ in each other bit. */
    private static List<byte[]> ipv6Frames() {
        List<byte[]> frames = new ArrayList<>();
        Ipv6Address from = Ipv6Address.parse("fd00:fa:0:2d::2");
        Ipv6Address to = Ipv6Address.parse("fd00:fa:0:38::9");
        for (int trafficClass : TRAFFIC_CLASSES) {
            byte[] frame = Frames.ipv6(from, to, 17, 64, new byte[16]);
            frames.add(Frames.with(Frames.with(frame, 14, 0x60 | trafficClass >> 4), 15, (trafficClass & 15) << 4));
        }
        return frames;
    }

    @Test
    void theOuterHeadersOfIpv6AreTheKernelsWhateverTheTrafficClassInside() {
        crosses(here, there, Frames.ipv4(HERE, THERE)); // both know their neighbour now
        attach(here, forThisKernel(dual(Specs.TWO_ADDRESSES)));
        List<byte[]> byTheKernel = comparable(ipv6Frames());
        attachFast(here, dual(Specs.TWO_ADDRESSES));
        long before = DeviceStatistics.sent(here.namespace(), "tun");
        List<byte[]> fast = comparable(ipv6Frames());
        assertThat(DeviceStatistics.sent(here.namespace(), "tun") - before)
                .as("of %d", TRAFFIC_CLASSES.length)
                .isLessThan(TRAFFIC_CLASSES.length);
        assertThat(fast).containsExactlyElementsOf(byTheKernel);
    }

    /** And where they are not, because the range was changed later, the kernel's device carries all. */
    @Test
    void theSourcePortsAreTheKernelsWhereTheHostHasOthers() {
        here.exec("sh", "-e", "-c", "echo 1024 2000 > /proc/sys/net/ipv4/ip_local_port_range");
        attachFast(here, Specs.TWO_ADDRESSES, new SourcePorts(1024, 2000));
        attachFast(there, Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
        byte[] frame = Frames.ipv4(HERE, THERE);
        crosses(here, there, frame);
        untilFewGoByTheKernelsDevice(frame);
        attachFast(here, Specs.TWO_ADDRESSES);
        long before = DeviceStatistics.sent(here.namespace(), "tun");
        try (PacketSocket container = new PacketSocket(here, "in")) {
            send(container, frame);
        }
        assertThat(DeviceStatistics.sent(here.namespace(), "tun") - before).isEqualTo(FRAMES);
    }

    /** Also over VXLAN's own GRO, which hands frames on later. */
    @Test
    void whatComesThroughOpensTheFastPathBothWaysForItsFlow() {
        bothFast();
        untilFewGoByTheKernelsDevice(Frames.ipv4(HERE, THERE));
    }

    @Test
    void theSecondAddressHasAFastPathToo() {
        Needs.localAddress();
        bothFast();
        byte[] frame = Frames.ipv4("250.1.7.2", THERE);
        crosses(here, there, frame);
        crosses(there, here, Frames.ipv4(THERE, "250.1.7.2"));
        untilFewGoByTheKernelsDevice(frame);
    }

    @Test
    void eachDirectionDecidesForItself() {
        byte[] away = Frames.ipv4(HERE, THERE);
        byte[] back = Frames.ipv4(THERE, HERE);
        attachFast(here, Specs.TWO_ADDRESSES);
        crosses(here, there, away);
        crosses(there, here, back);
        bothFast();
        crosses(here, there, away);
        crosses(there, here, back);
        crosses(here, there, Frames.arpRequest(HERE, THERE));
        crosses(there, here, Frames.arpReply(THERE, HERE));
        attach(there, forThisKernel(Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56")));
        there.namespace().run(() -> detach(there.index("und")));
        crosses(here, there, away);
        crosses(there, here, back);
    }

    @Test
    void whatComesInIsCountedOnceAndWhatIsBadByTheGuardOnTheTunnel() {
        bothFast();
        counts(there, Counter.RECEIVED, () -> forge("10.0.0.45", VNI, Frames.ipv4(HERE, THERE)));
        refuses(Counter.RECEIVE_SPOOFED, "10.0.1.7", VNI, Frames.ipv4(HERE, THERE));
        refuses(Counter.RECEIVE_OTHER_VNI, "10.0.0.45", 7, Frames.ipv4(HERE, THERE));
        refuses(Counter.RECEIVE_NOT_LOCAL, "10.0.0.45", VNI, Frames.ipv4(HERE, "250.0.57.9"));
    }

    /** Nobody takes what no tunnel takes any more. */
    @Test
    void withoutItsTunnelTheGuardOnTheUnderlaysDeviceTakesNothing() {
        bothFast();
        crosses(here, there, Frames.ipv4(HERE, THERE));
        there.ip("link del tun");
        there.ip("link add tun type vxlan external dstport " + TunnelType.DEFAULT_VXLAN_PORT);
        there.ip("link set tun master bridge");
        there.ip("link set tun up");
        attach(there, forThisKernel(Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56")));
        crosses(here, there, Frames.ipv4(HERE, THERE));
        assertThat(counters(there)).containsEntry(Counter.RECEIVED, 1L);
    }

    @Test
    void aFrameThatDoesNotFitIsAnsweredByTheKernelsDevice() {
        bothFast();
        crosses(here, there, Frames.ipv4(HERE, THERE));
        here.ip("link set und mtu 700");
        byte[] large = Arrays.copyOf(Frames.ipv4(HERE, THERE), 14 + 700);
        ByteBuffer.wrap(large)
                .putShort(16, (short) 700)
                .putShort(20, (short) 0x4000)
                .putShort(24, (short) 0);
        ByteBuffer.wrap(large).putShort(24, (short) Frames.checksum(ByteBuffer.wrap(large), 14, 34));
        try (PacketSocket container = new PacketSocket(here, "in")) {
            container.send(large);
            byte[] answer =
                    container.receive("too big", frame -> frame.length > 42 && frame[23] == 1 && frame[34] == 3);
            assertThat(ByteBuffer.wrap(answer).getShort(40))
                    .as("the MTU that is told")
                    .isEqualTo((short) 650);
        }
    }
}
