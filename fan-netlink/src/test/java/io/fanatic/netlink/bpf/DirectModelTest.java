package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs for packets without encapsulation, in both byte orders against a model. Needs no root and no kernel. */
class DirectModelTest {
    private static final int FRAMES = 12_000;
    private static final int CARD = 7;
    private static final int BRIDGE = 9;
    private static final int MTU = 60;
    private static final long NEIGHBOUR = 0x0200_0000_0000L;
    private static final MacAddress BRIDGE_MAC = new MacAddress(0x02fa_0a00_0039L);
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

    private static final Observation ALL = new Observation(EnumSet.allOf(Counter.class), List.of(), 5, 3, 4);

    static List<FanProgramSpec> fans() {
        return Specs.all();
    }

    /** The half of the underlay that has the first local address; of the smallest ones, all of it. */
    private static List<Ipv4Prefix> onLink(FanProgramSpec fan) {
        Ipv4Prefix underlay = fan.mapping().underlay();
        int length = underlay.prefixLength() >= 30 ? underlay.prefixLength() : underlay.prefixLength() + 1;
        List<Ipv4Prefix> networks = new ArrayList<>();
        for (Ipv4Address local : fan.localAddresses()) {
            Ipv4Prefix network = Ipv4Prefix.containing(local, length);
            if (!networks.contains(network)) {
                networks.add(network);
            }
        }
        return networks;
    }

    private static boolean isOnLink(FanProgramSpec fan, Ipv4Address owner) {
        return onLink(fan).stream().anyMatch(network -> network.contains(owner));
    }

    @ParameterizedTest
    @MethodSource("fans")
    void encapSendsWhatIsUsualAndFitsAndIsForTheSegmentAsItIs(FanProgramSpec fan) {
        FanModel model = new FanModel(fan);
        for (boolean fast : new boolean[] {false, true}) {
            for (ByteOrder order : ORDERS) {
                Optional<FastProgramSpec> rest = fast
                        ? Optional.of(new FastProgramSpec(fan, 8472, CARD, SourcePorts.DEFAULT))
                        : Optional.empty();
                byte[] code = new DirectProgramSpec(fan, CARD, onLink(fan), rest)
                        .emit(Role.ENCAP, 0, order)
                        .bytes();
                RandomFrames frames = new RandomFrames(fan, 31);
                Random random = new Random(32);
                int direct = 0;
                for (int i = 0; i < FRAMES / 2; i++) {
                    FanModel.Frame frame = frames.next();
                    FanModel.Outcome wanted = model.encap(frame);
                    Machine machine = new Machine(code, order);
                    machine.devices = i % 50 == 0 ? Map.of() : Map.of(CARD, MTU);
                    machine.segmentSize = i % 5 == 0 ? 1 + random.nextInt(40) : 0;
                    boolean shortLinear = i % 3 == 0;
                    Machine.Result result =
                            machine.run(frame, shortLinear ? 14 + i % 30 : Integer.MAX_VALUE, Optional.empty());

                    boolean sent = wanted.counter() == Counter.SENT;
                    Ipv4Address owner =
                            sent ? Objects.requireNonNull(wanted.key()).remote() : Ipv4Address.of(0);
                    boolean segment = sent && isOnLink(fan, owner);
                    boolean fits = segment
                            && isUsual(frame.bytes())
                            && largest(frame.bytes(), machine.segmentSize, shortLinear) <= MTU;
                    if (fits && !machine.devices.isEmpty()) {
                        direct++;
                        assertThat(machine.redirected)
                                .as("frame %d, %s", i, order)
                                .isEqualTo("neigh " + CARD + " via " + owner);
                        assertThat(machine.counts()).isEqualTo(Map.of(Counter.SENT_DIRECT, 1L));
                        assertThat(result.verdict()).isEqualTo(FanEmitter.REDIRECT);
                        assertThat(machine.after).isEqualTo(frame.bytes());
                    } else {
                        assertThat(machine.counts())
                                .as("frame %d, %s", i, order)
                                .isEqualTo(Map.of(wanted.counter(), 1L));
                        if (segment || !fast) { // what does not fit is the kernel's, which answers
                            assertThat(machine.redirected).isEmpty();
                            assertThat(result.key()).isEqualTo(wanted.keyAsSet(fan.setsLocalAddress()));
                        } else if (sent) {
                            assertThat(machine.redirected.isEmpty())
                                    .isEqualTo(result.key().isPresent());
                        }
                    }
                }
                assertThat(direct).isGreaterThan(fan.mapping().underlay().prefixLength() >= 30 ? -1 : 100);
            }
        }
    }

    private static boolean isUsual(byte[] frame) {
        return frame[12] == 8 && frame[13] == 0 && frame[14] == 0x45;
    }

    /** The largest IPv4 packet; too large where what is to be cut has not its TCP header in the linear part. */
    private static int largest(byte[] frame, int segment, boolean linearPartIsShort) {
        if (segment == 0) {
            return frame.length - 14;
        }
        return switch (frame[23]) {
            case 17 -> segment + 8 + 20;
            case 6 -> linearPartIsShort || frame.length < 47 ? MTU + 1 : segment + (frame[46] >> 4 & 15) * 4 + 20;
            default -> MTU + 1;
        };
    }

    @ParameterizedTest
    @MethodSource("fans")
    void guardTakesWhatIsItsNeighboursAndCountsAllElseThatClaimsToBeOfTheOverlay(FanProgramSpec fan) {
        FanMapping mapping = fan.mapping();
        for (boolean translates : new boolean[] {true, false}) {
            for (ByteOrder order : ORDERS) {
                List<FanSlice> slices = fan.localAddresses().stream()
                        .map(local -> mapping.slice(local, reserve(mapping)))
                        .toList();
                DirectGuardSpec spec =
                        new DirectGuardSpec(fan, CARD, onLink(fan), slices, translates, BRIDGE_MAC, BRIDGE);
                byte[] code = spec.emit(Role.DIRECT_GUARD, 0, order).bytes();
                byte[] observer = spec.observe(Role.DIRECT_GUARD, ALL, order)
                        .orElseThrow()
                        .bytes();
                RandomFrames frames = new RandomFrames(fan, 33);
                Random random = new Random(34);
                Map<Counter, Integer> seen = new HashMap<>();
                for (int i = 0; i < FRAMES; i++) {
                    byte[] frame = fromTheSegment(mapping, frames.next().bytes(), random);
                    Machine machine = new Machine(code, order);
                    machine.packetType = random.nextInt(20) == 0 ? 1 + random.nextInt(4) : 0;
                    machine.devices =
                            random.nextInt(40) == 0 ? Map.of() : Map.of(BRIDGE, random.nextBoolean() ? MTU : 1500);
                    machine.segmentSize = random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 0;
                    machine.neighbourDevice = CARD;
                    machine.neighbours = neighbours(mapping, frame, random);
                    machine.mark = 0x8000_0001;
                    machine.vlanTci = random.nextInt(2) == 0 ? 0xe005 : 0xe000;
                    boolean tagged = random.nextInt(40) == 0;
                    if (frame.length >= 18 && random.nextInt(20) == 0) {
                        tagged = random.nextBoolean();
                        ByteBuffer.wrap(frame)
                                .putShort(12, (short) (random.nextBoolean() ? 0x8100 : 0x88a8))
                                .putShort(14, (short) (random.nextInt(3) == 0 ? 0x2005 : 0x2000));
                    }
                    int linear = i % 3 == 0 ? 14 + i % 40 : Integer.MAX_VALUE;
                    Machine observing = as(machine, observer, order);
                    Machine.Result result = machine.run(new FanModel.Frame(frame, tagged), linear, Optional.empty());

                    Optional<Counter> wanted = judge(spec, frame, machine, tagged);
                    String why = "frame " + i + ", " + order;
                    assertThat(machine.counts())
                            .as(why)
                            .isEqualTo(
                                    wanted.map(counter -> Map.of(counter, 1L)).orElse(Map.of()));
                    observes(observing, frame, tagged, linear, machine, why);
                    wanted.ifPresent(counter -> seen.merge(counter, 1, Integer::sum));
                    if (wanted.equals(Optional.of(Counter.RECEIVED))) {
                        assertThat(result.verdict()).isEqualTo(FanEmitter.REDIRECT);
                        delivered(spec, frame, machine, why);
                    } else {
                        assertThat(result.verdict()).isEqualTo(wanted.isPresent() ? FanEmitter.DROP : FanEmitter.NEXT);
                        assertThat(machine.redirected).isEmpty();
                        assertThat(machine.after).isEqualTo(frame);
                        assertThat(machine.mark).isEqualTo(0x8000_0001);
                    }
                }
                if (mapping.underlay().prefixLength() < 30) {
                    assertThat(seen)
                            .containsKeys(
                                    Counter.RECEIVED,
                                    Counter.RECEIVE_SPOOFED,
                                    Counter.RECEIVE_NO_NEIGHBOUR,
                                    Counter.RECEIVE_NOT_LOCAL,
                                    Counter.RECEIVE_VLAN,
                                    Counter.RECEIVE_MALFORMED);
                }
            }
        }
    }

    private static Machine as(Machine other, byte[] code, ByteOrder order) {
        Machine machine = new Machine(code, order);
        machine.packetType = other.packetType;
        machine.devices = other.devices;
        machine.segmentSize = other.segmentSize;
        machine.neighbourDevice = other.neighbourDevice;
        machine.neighbours = other.neighbours;
        machine.mark = other.mark;
        machine.vlanTci = other.vlanTci;
        return machine;
    }

    /** Comes to the same count, tells of it, and leaves the frame to the program that decides. */
    private static void observes(
            Machine observing, byte[] frame, boolean tagged, int linear, Machine decided, String why) {
        assertThat(observing
                        .run(new FanModel.Frame(frame, tagged), linear, Optional.empty())
                        .verdict())
                .isEqualTo(FanEmitter.NEXT);
        assertThat(observing.counts()).as(why).isEqualTo(decided.counts());
        assertThat(observing.pushed).hasSize(decided.counts().size());
        assertThat(observing.redirected).isEmpty();
        assertThat(observing.after).isEqualTo(frame);
        assertThat(observing.mark).isEqualTo(0x8000_0001);
    }

    private static int reserve(FanMapping mapping) {
        return mapping.slicePrefixLength() > 28 ? 1 : 3;
    }

    /** To the host, and what the bridge does not carry, as if its bridge had received it; to all others by their neighbour entries. */
    private static void delivered(DirectGuardSpec spec, byte[] frame, Machine machine, String why) {
        Ipv4Address to = Ipv4Address.of(ByteBuffer.wrap(frame).getInt(30));
        boolean host = machine.segmentSize == 0 && frame.length - 14 > machine.devices.getOrDefault(BRIDGE, 0);
        for (FanSlice slice : spec.slices()) {
            long above = Integer.toUnsignedLong(to.bits())
                    - Integer.toUnsignedLong(slice.hostAddress().bits());
            host |= above >= 0 && above < slice.hostReserve();
        }
        assertThat(machine.redirected).as(why).isEqualTo(host ? "ingress " + BRIDGE : "neigh " + BRIDGE + " via " + to);
        assertThat(machine.mark).isEqualTo(host ? 0x8000_1001 : 0x8000_0001);
        assertThat(machine.after).isEqualTo(host ? Frames.to(BRIDGE_MAC.bits(), frame) : frame);
    }

    private static Ipv4Address owner(FanMapping mapping, byte[] frame) {
        return Ipv4Address.of(mapping.ownerBits(ByteBuffer.wrap(frame).getInt(26)));
    }

    /** The same frame, mostly with the Ethernet source that its owner has as a neighbour. */
    private static byte[] fromTheSegment(FanMapping mapping, byte[] frame, Random random) {
        if (frame.length < 34 || random.nextInt(6) == 0) {
            return frame;
        }
        long mac = NEIGHBOUR | Integer.toUnsignedLong(owner(mapping, frame).bits());
        int fault = random.nextInt(24);
        return Frames.from(fault < 3 ? mac ^ 1L << 16 * fault : fault == 3 ? 0 : mac, frame);
    }

    private static Map<Integer, Long> neighbours(FanMapping mapping, byte[] frame, Random random) {
        if (frame.length < 34 || random.nextInt(12) == 0) {
            return Map.of();
        }
        int owner = owner(mapping, frame).bits();
        // An entry that has no address yet, as older kernels tell it.
        return Map.of(owner, random.nextInt(12) == 0 ? 0 : NEIGHBOUR | Integer.toUnsignedLong(owner));
    }

    /** What becomes of a frame, in the order of the questions; empty: passed on. */
    private static Optional<Counter> judge(DirectGuardSpec spec, byte[] frame, Machine machine, boolean tagged) {
        FanMapping mapping = spec.fan().mapping();
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        if (frame.length >= 34 && (bytes.getShort(12) == (short) 0x8100 || bytes.getShort(12) == (short) 0x88a8)) {
            boolean ofVlan = tagged && (machine.vlanTci & 0xfff) != 0 || (bytes.getShort(14) & 0xfff) != 0;
            return ofVlan || machine.packetType == 3 ? Optional.empty() : Optional.of(Counter.RECEIVE_VLAN);
        } else if (frame.length < 34
                || bytes.getShort(12) != 0x0800
                || !mapping.overlay().contains(Ipv4Address.of(bytes.getInt(26)))
                || machine.devices.isEmpty()
                || machine.packetType == 3) {
            return Optional.empty();
        }
        if (machine.packetType != 0) {
            return Optional.of(machine.packetType == 1 ? Counter.RECEIVE_BROADCAST : Counter.RECEIVE_MULTICAST);
        } else if (tagged) {
            return (machine.vlanTci & 0xfff) == 0 ? Optional.of(Counter.RECEIVE_VLAN) : Optional.empty();
        }
        Ipv4Address to = Ipv4Address.of(bytes.getInt(30));
        if (spec.slices().stream().noneMatch(slice -> slice.cidr().contains(to))) {
            boolean ours = spec.translates() || mapping.overlay().contains(to);
            return ours ? Optional.of(Counter.RECEIVE_NOT_LOCAL) : Optional.empty();
        }
        int total = bytes.getShort(16) & 0xffff;
        if (frame[14] != 0x45 || total < 20 || 14 + total > frame.length) {
            return Optional.of(Counter.RECEIVE_MALFORMED);
        }
        Ipv4Address owner = owner(mapping, frame);
        Ipv4Prefix underlay = mapping.underlay();
        boolean host =
                underlay.prefixLength() >= 31 || !owner.equals(underlay.network()) && !owner.equals(underlay.last());
        if (!host || spec.fan().localAddresses().contains(owner) || !isOnLink(spec.fan(), owner)) {
            return Optional.of(Counter.RECEIVE_SPOOFED);
        }
        Long mac = machine.neighbours.get(owner.bits());
        if (mac == null) {
            return Optional.of(Counter.RECEIVE_NO_NEIGHBOUR);
        }
        long from = (bytes.getShort(6) & 0xffffL) << 32 | bytes.getInt(8) & 0xffffffffL;
        if (from != mac) {
            return Optional.of(Counter.RECEIVE_SPOOFED);
        }
        return Optional.of(mac == 0 ? Counter.RECEIVE_NO_NEIGHBOUR : Counter.RECEIVED);
    }
}
