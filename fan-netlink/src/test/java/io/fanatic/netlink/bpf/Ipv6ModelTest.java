package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of fans with an IPv6 overlay in both byte orders against the models. Needs no root and no kernel. */
class Ipv6ModelTest {
    private static final int FRAMES = 10_000;
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    private static final int HOP_LIMIT = 21;

    static List<FanProgramSpec> fans() {
        return Specs.dual();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void encapDecidesAsTheModelAndLowersTheHopLimit(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        for (ByteOrder order : ORDERS) {
            byte[] code = EncapProgram.emit(spec, 0, order).bytes();
            RandomIpv6Frames frames = new RandomIpv6Frames(spec, 11);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                FanModel.Outcome wanted = model.encap(frame);
                Machine machine = new Machine(code, order);
                Machine.Result result = machine.run(frame, linear(i), Optional.empty());

                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted.counter(), 1L));
                Optional<FanModel.Key> key = wanted.keyAsSet(spec.setsLocalAddress());
                assertThat(result.key()).as("frame %d, %s", i, order).isEqualTo(key);
                assertThat(result.verdict()).isEqualTo(key.isPresent() ? FanEmitter.NEXT : FanEmitter.DROP);
                byte[] sent = frame.bytes().clone();
                if (key.isPresent()) {
                    sent[HOP_LIMIT]--;
                }
                assertThat(machine.after).isEqualTo(sent);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fans")
    void guardDecidesAsTheModelAndWritesTheAddressesOfTheBridgeAndItsRouter(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        Ipv6ProgramSpec ipv6 = spec.ipv6().orElseThrow();
        for (ByteOrder order : ORDERS) {
            byte[] code = GuardProgram.emit(spec, 0, order).bytes();
            RandomIpv6Frames frames = new RandomIpv6Frames(spec, 12);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Optional<FanModel.Key> outer = frames.outer(frame);
                Counter wanted = model.guard(frame, outer);
                Machine machine = new Machine(code, order);
                machine.mark = 0x8000_0001;
                Machine.Result result = machine.run(frame, linear(i), outer);

                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted, 1L));
                boolean in = wanted == Counter.RECEIVED;
                assertThat(result.verdict()).isEqualTo(in ? FanEmitter.NEXT : FanEmitter.DROP);
                assertThat(machine.mark).isEqualTo(in ? 0x8000_1001 : 0x8000_0001);
                byte[] written = Frames.from(
                        ipv6.router().bits(), Frames.to(ipv6.bridge().bits(), frame.bytes()));
                assertThat(machine.after).isEqualTo(in ? written : frame.bytes());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fans")
    void gateDecidesAsTheModelAndSendsOnToTunnelAndContainers(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        Ipv6ProgramSpec ipv6 = spec.ipv6().orElseThrow();
        for (ByteOrder order : ORDERS) {
            byte[] code = GateProgram.emit(spec, 0, order).bytes();
            RandomIpv6Frames frames = new RandomIpv6Frames(spec, 13);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                boolean letIn = i % 2 == 0;
                Machine machine = new Machine(code, order);
                machine.mark = letIn ? -1 : 0xffff_efff;
                machine.packetType = i % 5 == 0 ? 3 : 0;
                Ipv6Model.Gate wanted = model.gate(frame, letIn, machine.packetType == 0);
                Machine.Result result = machine.run(frame, linear(i), Optional.empty());

                String what = "frame " + i + ", " + order + ", " + wanted;
                byte[] bytes = frame.bytes();
                switch (wanted) {
                    case PASS -> assertThat(result.verdict()).as(what).isEqualTo(FanEmitter.NEXT);
                    case TO_THE_TUNNEL -> {
                        assertThat(result.verdict()).as(what).isEqualTo(FanEmitter.REDIRECT);
                        assertThat(machine.redirected).isEqualTo("egress " + Machine.DEVICE);
                        bytes = Frames.to(ipv6.router().bits(), bytes);
                    }
                    case TO_A_CONTAINER -> {
                        assertThat(result.verdict()).as(what).isEqualTo(FanEmitter.REDIRECT);
                        assertThat(machine.redirected)
                                .isEqualTo("neigh " + Machine.DEVICE + " " + Ipv6Model.destination(bytes));
                    }
                    case SPOOFED, OTHER -> assertThat(result.verdict()).as(what).isEqualTo(FanEmitter.DROP);
                }
                Map<Counter, Long> counted = wanted == Ipv6Model.Gate.SPOOFED
                        ? Map.of(Counter.SEND_HOST_SPOOFED, 1L)
                        : wanted == Ipv6Model.Gate.OTHER ? Map.of(Counter.SEND_HOST_OTHER, 1L) : Map.of();
                assertThat(machine.counts()).as(what).isEqualTo(counted);
                assertThat(machine.after).isEqualTo(bytes);
                boolean taken = letIn && bytes.length >= 54;
                assertThat(machine.mark).as(what).isEqualTo(letIn && !taken ? -1 : 0xffff_efff);
            }
        }
    }

    /** IPv4 and ARP are decided as on a fan that has nothing else. */
    @ParameterizedTest
    @MethodSource("fans")
    void whatIsNotIpv6IsDecidedAsBefore(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        for (ByteOrder order : ORDERS) {
            byte[] encap = EncapProgram.emit(spec, 0, order).bytes();
            byte[] guard = GuardProgram.emit(spec, 0, order).bytes();
            byte[] gate = GateProgram.emit(spec, 0, order).bytes();
            RandomFrames frames = new RandomFrames(spec, 14);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Optional<FanModel.Key> outer = frames.outer(frame);
                if (ByteBuffer.wrap(frame.bytes()).getShort(12) == (short) 0x86dd) {
                    continue;
                }
                assertThat(counts(encap, order, frame, i, Optional.empty()))
                        .isEqualTo(Map.of(model.encap(frame).counter(), 1L));
                assertThat(counts(guard, order, frame, i, outer)).isEqualTo(Map.of(model.guard(frame, outer), 1L));
                Map<Counter, Long> dropped = model.gate(frame, false)
                        .map(counter -> Map.of(counter, 1L))
                        .orElse(Map.of());
                assertThat(counts(gate, order, frame, i, Optional.empty())).isEqualTo(dropped);
            }
        }
    }

    private static Map<Counter, Long> counts(
            byte[] code, ByteOrder order, FanModel.Frame frame, int i, Optional<FanModel.Key> outer) {
        Machine machine = new Machine(code, order);
        machine.run(frame, linear(i), outer);
        return machine.counts();
    }

    @Test
    void theRandomFramesReachEveryReasonAndEveryVerdict() {
        Ipv6Model model = new Ipv6Model(Specs.DUAL);
        Set<Counter> reached = EnumSet.noneOf(Counter.class);
        Set<Ipv6Model.Gate> gate = EnumSet.noneOf(Ipv6Model.Gate.class);
        RandomIpv6Frames frames = new RandomIpv6Frames(Specs.DUAL, 15);
        for (int i = 0; i < FRAMES; i++) {
            FanModel.Frame frame = frames.next();
            reached.add(model.encap(frame).counter());
            reached.add(model.guard(frame, frames.outer(frame)));
            gate.add(model.gate(frame, i % 2 == 0, true));
        }
        assertThat(reached)
                .isEqualTo(EnumSet.of(
                        Counter.SENT,
                        Counter.SEND_MALFORMED,
                        Counter.SEND_VLAN,
                        Counter.SEND_IPV6,
                        Counter.SEND_SPOOFED,
                        Counter.SEND_OFF_OVERLAY,
                        Counter.SEND_NO_HOST,
                        Counter.SEND_OWN_SLICE,
                        Counter.SEND_HOP_LIMIT,
                        Counter.RECEIVED,
                        Counter.RECEIVE_MALFORMED,
                        Counter.RECEIVE_VLAN,
                        Counter.RECEIVE_SPOOFED,
                        Counter.RECEIVE_NOT_LOCAL,
                        Counter.RECEIVE_NO_KEY,
                        Counter.RECEIVE_OTHER_VNI,
                        Counter.RECEIVE_HOP_LIMIT));
        assertThat(gate).isEqualTo(EnumSet.allOf(Ipv6Model.Gate.class));
    }

    /** The answer of the kernel's tunnel to what is too big for the underlay has a hop limit of 255 and is no neighbour discovery. */
    @Test
    void ofWhatNoHostHasLoweredOnlyErrorsComeIn() {
        byte[] code = GuardProgram.emit(Specs.DUAL, 0, ByteOrder.LITTLE_ENDIAN).bytes();
        Set<Integer> passed = new TreeSet<>();
        for (int type = 0; type < 256; type++) {
            byte[] frame = Frames.ipv6(
                    Ipv6Address.parse("fd00:fa:0:38::9"), Ipv6Address.parse("fd00:fa:0:2d::2"), 58, 255, new byte[] {
                        (byte) type, 0, 0, 0
                    });
            Machine machine = new Machine(code, ByteOrder.LITTLE_ENDIAN);
            machine.run(
                    new FanModel.Frame(frame, false),
                    Integer.MAX_VALUE,
                    Optional.of(new FanModel.Key(
                            Specs.DUAL.vni(), Ipv4Address.parse("10.0.0.56"), Ipv4Address.parse("10.0.0.45"))));
            if (machine.counts().containsKey(Counter.RECEIVED)) {
                passed.add(type);
            }
        }
        assertThat(passed).hasSize(128).allMatch(type -> type < 128);
    }

    /** How much of the frame lies in the linear part: usually all, sometimes less than the headers. */
    private static int linear(int i) {
        return i % 3 == 0 ? 14 + i % 45 : Integer.MAX_VALUE;
    }
}
