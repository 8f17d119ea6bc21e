package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs in the kernel, over frames made by hand and, against the model, over frames that come near every edge. */
@KernelTest
class ProgramKernelTest {
    /** For each fan and direction; scripts/test-kernels takes fewer, for machines that are emulated. */
    private static final int FRAMES = Integer.getInteger("fanatic.frames", 1500);

    private static final String CONTAINER = "250.0.45.2";
    private static final String REMOTE = "250.0.56.9";

    private static KernelRun usual;

    @BeforeAll
    static void loadTheUsualFan() {
        usual = new KernelRun(Specs.USUAL);
    }

    @AfterAll
    static void unload() {
        if (usual != null) {
            usual.close();
        }
    }

    private static KernelRun.Result encap(byte[] frame) {
        return usual.encap(new FanModel.Frame(frame, false));
    }

    private static KernelRun.Result guard(byte[] frame, String outerSource) {
        return usual.guard(new FanModel.Frame(frame, false), Optional.of(key(Specs.USUAL.vni(), outerSource)));
    }

    private static FanModel.Key key(int vni, String outerSource) {
        Ipv4Address source = Ipv4Address.parse(outerSource);
        return new FanModel.Key(vni, source, source);
    }

    private static void isSentTo(String remote, String local, KernelRun.Result result) {
        assertThat(result)
                .isEqualTo(new KernelRun.Result(
                        FanEmitter.NEXT,
                        Optional.of(new FanModel.Key(16384000, Ipv4Address.parse(remote), Ipv4Address.parse(local))),
                        64,
                        Counter.SENT));
    }

    private static void isDropped(Counter reason, KernelRun.Result result) {
        assertThat(result).isEqualTo(new KernelRun.Result(FanEmitter.DROP, Optional.empty(), 0, reason));
    }

    @Test
    void encapSendsIpv4ToTheOwnerOfTheDestination() {
        isSentTo("10.0.0.56", "10.0.0.45", encap(Frames.ipv4(CONTAINER, REMOTE)));
        isSentTo("10.0.255.254", "10.0.0.45", encap(Frames.ipv4(CONTAINER, "250.255.254.255")));
        isSentTo("10.0.0.1", "10.0.0.45", encap(Frames.ipv4("250.0.45.255", "250.0.1.0")));
    }

    @Test
    void encapSendsIpv4WithOptions() {
        isSentTo("10.0.0.56", "10.0.0.45", encap(Frames.with(Frames.ipv4(CONTAINER, REMOTE), 14, 0x46)));
    }

    @Test
    void encapSendsArpRequestsAndRepliesToTheOwnerOfTheTarget() {
        isSentTo("10.0.0.56", "10.0.0.45", encap(Frames.arpRequest(CONTAINER, REMOTE)));
        isSentTo("10.0.0.56", "10.0.0.45", encap(Frames.arpReply(CONTAINER, REMOTE)));
    }

    @ParameterizedTest
    @CsvSource({
        "250.0.45.2, 250.0.45.3, SEND_OWN_SLICE",
        "250.0.45.2, 250.0.45.255, SEND_OWN_SLICE",
        "250.0.45.2, 250.0.0.7, SEND_NO_HOST",
        "250.0.45.2, 250.255.255.7, SEND_NO_HOST",
        "250.0.45.2, 251.0.1.2, SEND_OFF_OVERLAY",
        "250.0.45.2, 249.255.255.255, SEND_OFF_OVERLAY",
        "250.0.45.2, 10.0.0.56, SEND_OFF_OVERLAY",
        "250.0.46.2, 250.0.56.9, SEND_SPOOFED",
        "250.0.44.255, 250.0.56.9, SEND_SPOOFED",
        "10.0.0.45, 250.0.56.9, SEND_SPOOFED",
    })
    void encapDropsBadAddressesOfIpv4AndArpAlike(String source, String destination, Counter reason) {
        isDropped(reason, encap(Frames.ipv4(source, destination)));
        isDropped(reason, encap(Frames.arpRequest(source, destination)));
    }

    @Test
    void encapKeepsBroadcastAndMulticastAtHome() {
        byte[] dhcp = Frames.ipv4("0.0.0.0", "255.255.255.255");
        isDropped(Counter.SEND_BROADCAST, encap(Frames.to(Frames.BROADCAST, dhcp)));
        byte[] mdns = Frames.ipv4(CONTAINER, "224.0.0.251");
        isDropped(Counter.SEND_MULTICAST, encap(Frames.to(Frames.MULTICAST, mdns)));
        // A unicast packet in a broadcast frame would be flooded on the other side.
        isDropped(Counter.SEND_BROADCAST, encap(Frames.to(Frames.BROADCAST, Frames.ipv4(CONTAINER, REMOTE))));
    }

    @Test
    void encapDropsWhatIsNotIpv4OrArp() {
        isDropped(Counter.SEND_IPV6, encap(Frames.other(0x86dd)));
        isDropped(Counter.SEND_OTHER, encap(Frames.other(0x88cc)));
        isDropped(Counter.SEND_OTHER, encap(Frames.other(0x0026)));
        isDropped(Counter.SEND_ARP_PROBE, encap(Frames.arpRequest("0.0.0.0", REMOTE)));
    }

    @Test
    void encapDropsVlanTagsInTheFrameAndInTheMetadata() {
        byte[] good = Frames.ipv4(CONTAINER, REMOTE);
        isDropped(Counter.SEND_VLAN, encap(Frames.tagged(0x8100, good)));
        isDropped(Counter.SEND_VLAN, encap(Frames.tagged(0x88a8, good)));
        isDropped(Counter.SEND_VLAN, usual.encap(new FanModel.Frame(good, true)));
    }

    @Test
    void bothDropFramesCutShortAtEveryLength() {
        byte[] ipv4 = Frames.ipv4(CONTAINER, REMOTE);
        byte[] arp = Frames.arpRequest(REMOTE, CONTAINER);
        for (int length = 14; length < 34; length++) { // 14 is the least that the kernel takes for a test
            isDropped(Counter.SEND_MALFORMED, encap(Frames.cut(ipv4, length)));
            isDropped(Counter.RECEIVE_MALFORMED, guard(Frames.cut(ipv4, length), "10.0.0.56"));
        }
        for (int length = 14; length < 42; length++) {
            isDropped(Counter.SEND_MALFORMED, encap(Frames.cut(arp, length)));
            isDropped(Counter.RECEIVE_MALFORMED, guard(Frames.cut(arp, length), "10.0.0.56"));
        }
    }

    @Test
    void bothDropAnIpv4PacketThatIsShorterThanItSays() {
        byte[] out = Frames.ipv4(CONTAINER, REMOTE);
        byte[] in = Frames.ipv4(REMOTE, CONTAINER);
        for (int length = 34; length < out.length; length++) {
            isDropped(Counter.SEND_MALFORMED, encap(Frames.cut(out, length)));
            isDropped(Counter.RECEIVE_MALFORMED, guard(Frames.cut(in, length), "10.0.0.56"));
        }
        // Ethernet pads what is shorter than 60 bytes.
        isSentTo("10.0.0.56", "10.0.0.45", encap(Arrays.copyOf(out, 60)));
    }

    @Test
    void bothDropAnIpv4HeaderThatIsLongerThanItsPacket() {
        isDropped(Counter.SEND_MALFORMED, encap(Frames.with(Frames.ipv4(CONTAINER, REMOTE), 14, 0x48)));
        isDropped(Counter.RECEIVE_MALFORMED, guard(Frames.with(Frames.ipv4(REMOTE, CONTAINER), 14, 0x4f), "10.0.0.56"));
    }

    @Test
    void bothDropArpThatSpeaksForOtherHardwareThanItCameFrom() {
        for (int at = 22; at < 28; at++) {
            isDropped(Counter.SEND_MALFORMED, encap(Frames.with(Frames.arpReply(CONTAINER, REMOTE), at, 0x77)));
            byte[] in = Frames.with(Frames.arpReply(REMOTE, CONTAINER), at, 0x77);
            isDropped(Counter.RECEIVE_MALFORMED, guard(in, "10.0.0.56"));
        }
    }

    @Test
    void bothDropArpThatNeitherAsksNorAnswersOrGoesToAGroup() {
        for (int operation : new int[] {0, 3, 8, 255}) {
            isDropped(Counter.SEND_MALFORMED, encap(Frames.with(Frames.arpRequest(CONTAINER, REMOTE), 21, operation)));
            byte[] in = Frames.with(Frames.arpRequest(REMOTE, CONTAINER), 21, operation);
            isDropped(Counter.RECEIVE_MALFORMED, guard(in, "10.0.0.56"));
        }
        byte[] in = Frames.to(Frames.MULTICAST, Frames.arpRequest(REMOTE, CONTAINER));
        isDropped(Counter.RECEIVE_MALFORMED, guard(in, "10.0.0.56"));
    }

    @ParameterizedTest
    @CsvSource({"14, 0x44", "14, 0x40", "14, 0x55", "14, 0x65", "14, 0x35", "17, 19", "17, 0"})
    void bothDropImpossibleIpv4Headers(int offset, String value) {
        byte[] out = Frames.with(Frames.ipv4(CONTAINER, REMOTE), offset, Integer.decode(value));
        isDropped(Counter.SEND_MALFORMED, encap(out));
        byte[] in = Frames.with(Frames.ipv4(REMOTE, CONTAINER), offset, Integer.decode(value));
        isDropped(Counter.RECEIVE_MALFORMED, guard(in, "10.0.0.56"));
    }

    @ParameterizedTest
    @CsvSource({"15, 6", "16, 9", "17, 1", "18, 8", "19, 16"})
    void bothDropArpOfOtherHardwareAndProtocols(int offset, int value) {
        isDropped(Counter.SEND_MALFORMED, encap(Frames.with(Frames.arpRequest(CONTAINER, REMOTE), offset, value)));
        isDropped(
                Counter.RECEIVE_MALFORMED,
                guard(Frames.with(Frames.arpRequest(REMOTE, CONTAINER), offset, value), "10.0.0.56"));
    }

    @Test
    void guardLetsInWhatTheOwnerSends() {
        for (byte[] frame : List.of(
                Frames.ipv4(REMOTE, CONTAINER),
                Frames.arpRequest(REMOTE, CONTAINER),
                Frames.arpReply(REMOTE, CONTAINER),
                Frames.ipv4(REMOTE, "250.0.45.0"),
                Frames.ipv4(REMOTE, "250.0.45.255"))) {
            assertThat(guard(frame, "10.0.0.56"))
                    .isEqualTo(new KernelRun.Result(FanEmitter.NEXT, Optional.empty(), 0, Counter.RECEIVED));
        }
    }

    @Test
    void guardMarksWhatItLetsInForGateAndNothingElse() {
        FanModel.Frame good = new FanModel.Frame(Frames.ipv4(REMOTE, CONTAINER), false);
        assertThat(usual.markAfterGuard(good, key(Specs.USUAL.vni(), "10.0.0.56")) & ~1)
                .isEqualTo(0x1000);
        assertThat(usual.markAfterGuard(good, key(Specs.USUAL.vni(), "10.0.0.57")) & ~1)
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // inner source, inner destination, outer source
        "250.0.57.9, 250.0.45.2, 10.0.0.56, RECEIVE_SPOOFED",
        "250.0.56.9, 250.0.45.2, 10.0.0.57, RECEIVE_SPOOFED",
        "250.0.56.9, 250.0.45.2, 11.0.0.56, RECEIVE_SPOOFED",
        "251.0.56.9, 250.0.45.2, 10.0.0.56, RECEIVE_SPOOFED",
        "8.8.8.8, 250.0.45.2, 10.0.0.56, RECEIVE_SPOOFED",
        "250.0.0.9, 250.0.45.2, 10.0.0.0, RECEIVE_SPOOFED",
        "250.255.255.9, 250.0.45.2, 10.0.255.255, RECEIVE_SPOOFED",
        "250.0.45.3, 250.0.45.2, 10.0.0.45, RECEIVE_SPOOFED",
        "250.0.56.9, 250.0.46.2, 10.0.0.56, RECEIVE_NOT_LOCAL",
        "250.0.56.9, 250.0.44.2, 10.0.0.56, RECEIVE_NOT_LOCAL",
        "250.0.56.9, 10.0.0.45, 10.0.0.56, RECEIVE_NOT_LOCAL",
    })
    void guardDropsWhatAHostMayNotSend(String source, String destination, String outer, Counter reason) {
        isDropped(reason, guard(Frames.ipv4(source, destination), outer));
        isDropped(reason, guard(Frames.arpReply(source, destination), outer));
    }

    @Test
    void guardDropsFramesOfOtherNetworksAndOfNone() {
        byte[] good = Frames.ipv4(REMOTE, CONTAINER);
        FanModel.Frame frame = new FanModel.Frame(good, false);
        isDropped(Counter.RECEIVE_OTHER_VNI, usual.guard(frame, Optional.of(key(16384001, "10.0.0.56"))));
        isDropped(Counter.RECEIVE_NO_KEY, usual.guard(frame, Optional.empty()));
    }

    @Test
    void guardDropsWhatNoFanHostSends() {
        byte[] good = Frames.ipv4(REMOTE, CONTAINER);
        isDropped(Counter.RECEIVE_IPV6, guard(Frames.other(0x86dd), "10.0.0.56"));
        isDropped(Counter.RECEIVE_OTHER, guard(Frames.other(0x88cc), "10.0.0.56"));
        isDropped(Counter.RECEIVE_VLAN, guard(Frames.tagged(0x8100, good), "10.0.0.56"));
        isDropped(Counter.RECEIVE_BROADCAST, guard(Frames.to(Frames.BROADCAST, good), "10.0.0.56"));
        isDropped(Counter.RECEIVE_MULTICAST, guard(Frames.to(Frames.MULTICAST, good), "10.0.0.56"));
        isDropped(Counter.RECEIVE_ARP_PROBE, guard(Frames.arpRequest("0.0.0.0", CONTAINER), "10.0.0.56"));
    }

    @Test
    void aSecondUnderlayAddressIsTheLocalEndOfItsOwnSlice() {
        try (KernelRun two = new KernelRun(Specs.TWO_ADDRESSES)) {
            isSentTo("10.0.0.56", "10.0.0.45", two.encap(new FanModel.Frame(Frames.ipv4(CONTAINER, REMOTE), false)));
            isSentTo("10.0.0.56", "10.0.1.7", two.encap(new FanModel.Frame(Frames.ipv4("250.1.7.2", REMOTE), false)));
            isDropped(
                    Counter.SEND_OWN_SLICE, two.encap(new FanModel.Frame(Frames.ipv4("250.1.7.2", CONTAINER), false)));
        }
    }

    static List<FanProgramSpec> fans() {
        return Specs.all();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void theKernelDecidesAsTheModel(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        RandomFrames frames = new RandomFrames(spec, 4);
        decides(spec, frames::next, frames::outer, model::encap, model::guard);
    }

    @ParameterizedTest
    @MethodSource("fans")
    void theKernelsGateDecidesAsTheModel(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        RandomFrames frames = new RandomFrames(spec, 5);
        try (FanPrograms gate = FanPrograms.load(new GateProgramSpec(spec))) {
            for (int i = 0; i < FRAMES; i++) {
                // No shorter than a cable carries, as newer kernels refuse to run programs on those.
                byte[] frame = frames.next().bytes();
                byte[] padded = Arrays.copyOf(frame, Math.max(64, frame.length));
                boolean letIn = i % 2 == 0;
                byte[] context = new byte[TestRun.CONTEXT_BYTES];
                ByteBuffer.wrap(context).order(ByteOrder.nativeOrder()).putInt(8, letIn ? FanEmitter.LET_IN : 0);
                FanModel.Frame seen = new FanModel.Frame(padded, false);
                boolean passes = model.gate(seen, letIn).isEmpty();
                TestRun run = gate.get(Role.GATE).run(padded, 1, context);
                assertThat(run.result()).as("frame %d", i).isEqualTo(passes ? FanEmitter.NEXT : FanEmitter.DROP);
                boolean keptMark = letIn && !(passes && !model.isFromHere(seen));
                assertThat(run.mark()).as("frame %d", i).isEqualTo(keptMark ? FanEmitter.LET_IN : 0);
            }
        }
    }

    static List<FanProgramSpec> dual() {
        return Specs.dual();
    }

    @ParameterizedTest
    @MethodSource("dual")
    void theKernelDecidesAsTheModelOnIpv6(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        RandomIpv6Frames frames = new RandomIpv6Frames(spec, 6);
        decides(spec, frames::next, frames::outer, model::encap, model::guard);
    }

    /** @param outer the tunnel key that a frame came in with */
    private static void decides(
            FanProgramSpec spec,
            Supplier<FanModel.Frame> frames,
            Function<FanModel.Frame, Optional<FanModel.Key>> outer,
            Function<FanModel.Frame, FanModel.Outcome> encap,
            BiFunction<FanModel.Frame, Optional<FanModel.Key>, Counter> guard) {
        try (KernelRun kernel = new KernelRun(spec)) {
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.get();
                FanModel.Outcome out = encap.apply(frame);
                Optional<FanModel.Key> set = out.keyAsSet(spec.setsLocalAddress());
                assertThat(kernel.encap(frame))
                        .as("frame %d", i)
                        .isEqualTo(new KernelRun.Result(
                                set.isPresent() ? FanEmitter.NEXT : FanEmitter.DROP,
                                set,
                                set.isPresent() ? 64 : 0,
                                out.counter()));

                Optional<FanModel.Key> key = outer.apply(frame);
                Counter in = guard.apply(frame, key);
                assertThat(kernel.guard(frame, key))
                        .as("frame %d", i)
                        .isEqualTo(new KernelRun.Result(
                                in == Counter.RECEIVED ? FanEmitter.NEXT : FanEmitter.DROP, Optional.empty(), 0, in));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dual")
    void theKernelsGateDecidesAsTheModelOnIpv6(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        RandomIpv6Frames frames = new RandomIpv6Frames(spec, 7);
        try (FanPrograms gate = FanPrograms.load(new GateProgramSpec(spec))) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = frames.next().bytes();
                byte[] padded = Arrays.copyOf(frame, Math.max(64, frame.length));
                // A test runs on the loopback device, whose Ethernet address is zero: so this one is for the host.
                boolean forHost = i % 2 == 0;
                padded = forHost ? Frames.to(0, padded) : padded;
                boolean letIn = i % 3 == 0;
                byte[] context = new byte[TestRun.CONTEXT_BYTES];
                ByteBuffer.wrap(context).order(ByteOrder.nativeOrder()).putInt(8, letIn ? FanEmitter.LET_IN : 0);
                Ipv6Model.Gate wanted = model.gate(new FanModel.Frame(padded, false), letIn, forHost);
                TestRun run = gate.get(Role.GATE).run(padded, 1, context);
                int verdict = switch (wanted) {
                    case PASS -> FanEmitter.NEXT;
                    case TO_THE_TUNNEL, TO_A_CONTAINER -> FanEmitter.REDIRECT;
                    case SPOOFED, OTHER -> FanEmitter.DROP;
                };
                assertThat(run.result()).as("frame %d, %s", i, wanted).isEqualTo(verdict);
                assertThat(run.mark()).as("frame %d", i).isZero();
            }
        }
    }
}
