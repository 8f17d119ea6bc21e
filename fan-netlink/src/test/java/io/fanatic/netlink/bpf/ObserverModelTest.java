package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that only look decide as the model, on CPUs of both byte orders, change nothing, and tell of it in the record's layout. */
class ObserverModelTest {
    private static final int FRAMES = 1500;
    private static final int FAN = 5;
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    private static final Instant STARTED = Instant.ofEpochSecond(1_000_000_000);
    private static final Set<Counter> ALL = EnumSet.allOf(Counter.class);

    static List<FanProgramSpec> fans() {
        return Specs.all();
    }

    private static byte[] code(
            ProgramSpec spec, Role role, ByteOrder order, Set<Counter> reasons, FanObserver.Filter... filters) {
        Observation observation = new Observation(reasons, List.of(filters), FAN, 3, 4);
        return spec.observe(role, observation, order).orElseThrow().bytes();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void theyTellWhatTheUsualOnesWouldDo(FanProgramSpec spec) {
        FanModel model = new FanModel(spec);
        Set<Counter> told = EnumSet.noneOf(Counter.class);
        for (ByteOrder order : ORDERS) {
            byte[] encap = code(spec, Role.ENCAP, order, ALL);
            byte[] guard = code(spec, Role.GUARD, order, ALL);
            byte[] gate = code(new GateProgramSpec(spec), Role.GATE, order, ALL);
            RandomFrames frames = new RandomFrames(spec, 7);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Optional<FanModel.Key> outer = frames.outer(frame);
                String which = "frame " + i + ", " + order;
                told.add(tells(
                        which,
                        encap,
                        order,
                        frame,
                        i,
                        Optional.empty(),
                        model.encap(frame).counter()));
                told.add(tells(which, guard, order, frame, i, outer, model.guard(frame, outer)));
                boolean letIn = i % 2 == 0;
                Optional<Counter> dropped = model.gate(frame, letIn);
                if (dropped.isPresent()) {
                    tells(which, gate, order, frame, letIn ? i : -1 - i, Optional.empty(), dropped.get());
                } else {
                    Machine machine = machine(gate, order, letIn ? i : -1 - i);
                    assertThat(machine.run(frame, linear(i), Optional.empty()).verdict())
                            .isEqualTo(FanEmitter.NEXT);
                    assertThat(machine.pushed).as(which).isEmpty();
                    assertThat(machine.mark).as("the mark is left for the gate").isEqualTo(mark(letIn ? i : -1 - i));
                }
            }
        }
        assertThat(told).hasSizeGreaterThan(20);
    }

    /** Marked as let in where the number is not negative. */
    private static int mark(int number) {
        return number >= 0 ? -1 : 0xffff_efff;
    }

    private static Machine machine(byte[] code, ByteOrder order, int number) {
        Machine machine = new Machine(code, order);
        machine.mark = mark(number);
        return machine;
    }

    private static Counter tells(
            String which,
            byte[] code,
            ByteOrder order,
            FanModel.Frame frame,
            int number,
            Optional<FanModel.Key> outer,
            Counter wanted) {
        Machine machine = machine(code, order, number);
        Machine.Result result = machine.run(frame, linear(Math.abs(number)), outer);
        assertThat(result.verdict()).as(which).isEqualTo(FanEmitter.NEXT);
        assertThat(result.key()).as("a key is set by the usual one").isEmpty();
        assertThat(machine.mark).isEqualTo(mark(number));
        assertThat(machine.after).isEqualTo(frame.bytes());
        assertThat(machine.counts()).as(which).isEqualTo(Map.of(wanted, 1L));

        assertThat(machine.pushed).hasSize(1);
        ByteBuffer record = machine.pushed.get(0);
        assertThat(record.capacity()).isEqualTo(128);
        ObservedFrame told = PacketRecord.read(record, STARTED).orElseThrow();
        assertThat(told.time()).isEqualTo(STARTED.plusNanos(Machine.NOW));
        assertThat(told.reason()).isEqualTo(wanted);
        assertThat(told.fan()).isEqualTo(FAN);
        assertThat(told.length()).isEqualTo(frame.bytes().length);
        assertThat(told.outerSource())
                .as(which)
                .isEqualTo(outer.map(FanModel.Key::remote).filter(a -> a.bits() != 0));
        assertThat(told.vni()).isEqualTo(outer.map(FanModel.Key::vni).orElse(0));
        assertThat(told.beginning()).isEqualTo(Arrays.copyOf(frame.bytes(), Math.min(96, frame.bytes().length)));
        return wanted;
    }

    /** How much of the frame lies in the linear part. */
    private static int linear(int i) {
        return i % 3 == 0 ? 14 + i % 30 : Integer.MAX_VALUE;
    }

    static List<FanProgramSpec> fansWithIpv6() {
        return Specs.dual();
    }

    /** Where the usual ones write into a frame or send it elsewhere, these do not. */
    @ParameterizedTest
    @MethodSource("fansWithIpv6")
    void ofIpv6TheyTellWhatTheUsualOnesWouldDo(FanProgramSpec spec) {
        Ipv6Model model = new Ipv6Model(spec);
        for (ByteOrder order : ORDERS) {
            byte[] encap = code(spec, Role.ENCAP, order, ALL);
            byte[] guard = code(spec, Role.GUARD, order, ALL);
            byte[] gate = code(new GateProgramSpec(spec), Role.GATE, order, ALL);
            byte[] usualGate = GateProgram.emit(spec, 0, order).bytes();
            RandomIpv6Frames frames = new RandomIpv6Frames(spec, 14);
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Optional<FanModel.Key> outer = frames.outer(frame);
                String which = "frame " + i + ", " + order;
                tells(
                        which,
                        encap,
                        order,
                        frame,
                        i,
                        Optional.empty(),
                        model.encap(frame).counter());
                tells(which, guard, order, frame, i, outer, model.guard(frame, outer));
                int number = i % 2 == 0 ? i : -1 - i;
                Machine usual = machine(usualGate, order, number);
                usual.run(frame, linear(i), Optional.empty());
                Machine machine = machine(gate, order, number);
                assertThat(machine.run(frame, linear(i), Optional.empty()).verdict())
                        .isEqualTo(FanEmitter.NEXT);
                assertThat(machine.counts()).as(which).isEqualTo(usual.counts());
                assertThat(machine.mark).isEqualTo(mark(number));
                assertThat(machine.after).isEqualTo(frame.bytes());
                assertThat(machine.redirected).isEmpty();
            }
        }
    }

    @Test
    void anIpipPacketIsToldOfFromItsHeaderOn() {
        for (IpipProgramSpec spec : Specs.ipip()) {
            for (ByteOrder order : ORDERS) {
                byte[] frame = Frames.ipv4("8.8.8.8", "9.9.9.9");
                FanModel.Frame packet = new FanModel.Frame(Arrays.copyOfRange(frame, 14, frame.length), false);
                tells(
                        "encap",
                        code(spec, Role.ENCAP, order, ALL),
                        order,
                        packet,
                        -1,
                        Optional.empty(),
                        Counter.SEND_OFF_OVERLAY);
                Optional<FanModel.Key> outer =
                        Optional.of(new FanModel.Key(0, Ipv4Address.parse("10.0.0.99"), Ipv4Address.of(0)));
                tells("guard", code(spec, Role.GUARD, order, ALL), order, packet, -1, outer, Counter.RECEIVE_NOT_LOCAL);
            }
        }
    }

    @Test
    void onlyReasonsThatAreAskedForAreToldAndCounted() {
        Set<Counter> spoofed = EnumSet.of(Counter.SEND_SPOOFED, Counter.RECEIVE_SPOOFED);
        FanModel model = new FanModel(Specs.USUAL);
        for (ByteOrder order : ORDERS) {
            byte[] encap = code(Specs.USUAL, Role.ENCAP, order, spoofed);
            RandomFrames frames = new RandomFrames(Specs.USUAL, 8);
            int told = 0;
            for (int i = 0; i < FRAMES; i++) {
                FanModel.Frame frame = frames.next();
                Machine machine = machine(encap, order, i);
                machine.run(frame, linear(i), Optional.empty());
                boolean wanted = model.encap(frame).counter() == Counter.SEND_SPOOFED;
                assertThat(machine.pushed).hasSize(wanted ? 1 : 0);
                assertThat(machine.counts()).isEqualTo(wanted ? Map.of(Counter.SEND_SPOOFED, 1L) : Map.of());
                told += machine.pushed.size();
            }
            assertThat(told).isPositive();
        }
    }

    @Test
    void onlyFramesThatFitEachFilterAreToldAndCounted() {
        FanObserver.Filter address =
                new FanObserver.Filter(List.of(Ipv4Prefix.parse("250.0.45.9/32")), Optional.empty());
        FanObserver.Filter peer = new FanObserver.Filter(
                List.of(Ipv4Prefix.parse("250.0.56.0/24")), Optional.of(Ipv4Address.parse("10.0.0.77")));
        byte[] fromNine = Frames.ipv4("250.0.45.9", "250.0.56.9");
        byte[] toNine = Frames.ipv4("250.0.56.9", "250.0.45.9");
        byte[] other = Frames.ipv4("250.0.45.8", "250.0.57.9");
        byte[] ofTheHost = Frames.ipv4("250.0.99.1", "250.0.45.9");
        byte[] arp = Frames.arpRequest("250.0.56.9", "250.0.45.9");
        byte[] ipv6 = Frames.with(fromNine, 12, 0x86dd);
        for (ByteOrder order : ORDERS) {
            byte[] guard = code(Specs.USUAL, Role.GUARD, order, ALL, address, peer);
            Map.of(fromNine, true, toNine, true, other, false, ofTheHost, false, arp, true, ipv6, false)
                    .forEach((frame, fits) ->
                            assertThat(pushed(guard, order, frame, "10.0.0.1")).isEqualTo(fits));
            assertThat(pushed(guard, order, ofTheHost, "10.0.0.77")).isTrue();
            assertThat(pushed(guard, order, other, "10.0.0.77")).isFalse();
        }
    }

    @Test
    void networksOfIpv6AreComparedAsFarAsTheirPrefixReaches() {
        byte[] frame = Frames.ipv6(
                Ipv6Address.parse("fd00:fa:0:2d::2"), Ipv6Address.parse("fd00:fa:0:38::9"), 17, 64, new byte[8]);
        Map<String, Boolean> fits = Map.ofEntries(
                Map.entry("fd00:fa:0:2d::2/128", true),
                Map.entry("fd00:fa:0:38::9/128", true),
                Map.entry("fd00:fa:0:38::8/128", false),
                Map.entry("fd00:fa:0:38::8/127", true),
                Map.entry("fd00:fa:0:28::/61", true),
                Map.entry("fd00:fa:0:20::/61", false),
                Map.entry("fd00:fa::/48", true),
                Map.entry("fc00::/7", true),
                Map.entry("8000::/1", true),
                Map.entry("::/1", false),
                Map.entry("::/0", true));
        for (ByteOrder order : ORDERS) {
            fits.forEach((text, fitting) -> {
                FanObserver.Filter filter = new FanObserver.Filter(
                        List.of(Ipv4Prefix.parse("250.0.45.9/32"), Ipv6Prefix.parse(text)), Optional.empty());
                byte[] guard = code(Specs.USUAL, Role.GUARD, order, ALL, filter);
                assertThat(pushed(guard, order, frame, "10.0.0.1")).as(text).isEqualTo(fitting);
                assertThat(pushed(guard, order, Frames.ipv4("250.0.45.9", "250.0.56.9"), "10.0.0.1"))
                        .isTrue();
            });
        }
    }

    private static boolean pushed(byte[] code, ByteOrder order, byte[] frame, String remote) {
        Machine machine = machine(code, order, 0);
        machine.run(
                new FanModel.Frame(frame, false),
                Integer.MAX_VALUE,
                Optional.of(new FanModel.Key(Specs.USUAL.vni(), Ipv4Address.parse(remote), Ipv4Address.of(0))));
        assertThat(machine.counts().isEmpty()).isEqualTo(machine.pushed.isEmpty());
        return !machine.pushed.isEmpty();
    }

    @Test
    void aReasonIsToldOfSoManyTimesInASecondAndCountedAlways() {
        FanModel.Frame frame = new FanModel.Frame(Frames.ipv4("9.9.9.9", "250.0.56.9"), false);
        FanModel.Frame other = new FanModel.Frame(Frames.ipv4("250.0.45.9", "9.9.9.9"), false);
        for (ByteOrder order : ORDERS) {
            Machine machine = new Machine(code(Specs.USUAL, Role.ENCAP, order, ALL), order);
            for (int i = 0; i < 250; i++) {
                machine.run(frame, Integer.MAX_VALUE, Optional.empty());
            }
            assertThat(machine.pushed).hasSize(100);
            machine.run(other, Integer.MAX_VALUE, Optional.empty());
            assertThat(machine.pushed).as("another reason").hasSize(101);
            machine.now += 1_100_000_000;
            machine.run(frame, Integer.MAX_VALUE, Optional.empty());
            assertThat(machine.pushed).as("a second later").hasSize(102);
            assertThat(machine.counts()).isEqualTo(Map.of(Counter.SEND_SPOOFED, 251L, Counter.SEND_OFF_OVERLAY, 1L));
        }
    }
}
