package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs on the tunnel of a fan on the fast path, in both byte orders against the model. Needs no root and no kernel. */
class FastPathModelTest {
    private static final int FRAMES = 20_000;
    private static final int CARD = 7;
    private static final int MTU = 110;
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

    static List<FanProgramSpec> fans() {
        List<FanProgramSpec> fans = new ArrayList<>(Specs.all());
        fans.addAll(Specs.dual());
        return fans;
    }

    /** Fewer for the fans whose IPv4 is another's here. */
    static int frames(FanProgramSpec fan, int most) {
        return fan.ipv6().isPresent() ? most / 4 : most;
    }

    /** Whether a frame is of IPv6 and the fan has it. */
    static boolean isIpv6(FanProgramSpec fan, byte[] frame) {
        return fan.ipv6().isPresent() && frame.length > 13 && (frame[12] & 0xff) == 0x86 && (frame[13] & 0xff) == 0xdd;
    }

    /** Of both families, where the fan has both. */
    record Traffic(FanProgramSpec fan, RandomFrames ipv4, Optional<RandomIpv6Frames> ipv6) {
        Traffic(FanProgramSpec fan, long seed) {
            this(fan, new RandomFrames(fan, seed), fan.ipv6().map(any -> new RandomIpv6Frames(fan, seed)));
        }

        FanModel.Frame next(int i) {
            return i % 2 == 1 && ipv6.isPresent() ? ipv6.get().next() : ipv4.next();
        }

        FanModel.Outcome encap(FanModel.Frame frame) {
            return isIpv6(fan, frame.bytes()) ? new Ipv6Model(fan).encap(frame) : new FanModel(fan).encap(frame);
        }

        Counter guard(FanModel.Frame frame, Optional<FanModel.Key> outer) {
            return isIpv6(fan, frame.bytes())
                    ? new Ipv6Model(fan).guard(frame, outer)
                    : new FanModel(fan).guard(frame, outer);
        }

        Optional<FanModel.Key> outer(FanModel.Frame frame) {
            return isIpv6(fan, frame.bytes()) ? ipv6.orElseThrow().outer(frame) : ipv4.outer(frame);
        }
    }

    private static byte[] encap(FanProgramSpec fan, ByteOrder order) {
        return new FastProgramSpec(fan, TunnelType.DEFAULT_VXLAN_PORT, CARD, SourcePorts.DEFAULT)
                .emit(Role.ENCAP, 0, order)
                .bytes();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void encapSendsWhatIsUsualAndFitsByItselfAndAllElseAsBefore(FanProgramSpec fan) {
        for (ByteOrder order : ORDERS) {
            byte[] code = encap(fan, order);
            Traffic frames = new Traffic(fan, 17);
            Random random = new Random(18);
            int byItself = 0;
            int ipv6ByItself = 0;
            for (int i = 0; i < frames(fan, FRAMES); i++) {
                FanModel.Frame frame = frames.next(i);
                FanModel.Outcome wanted = frames.encap(frame);
                boolean ipv6 = isIpv6(fan, frame.bytes());
                byte[] lowered = frame.bytes().clone();
                if (ipv6 && wanted.key() != null) {
                    lowered[21]--;
                }
                Machine machine = new Machine(code, order);
                machine.devices = i % 50 == 0 ? Map.of() : Map.of(CARD, MTU);
                machine.hash = random.nextInt();
                machine.random = random.nextInt();
                machine.roomRefused = i % 40 == 0 ? -95 : 0;
                machine.segmentSize = i % 5 == 0 ? 1 + random.nextInt(30) : 0;
                long ago = random.nextInt(8) == 0 ? random.nextLong(10_000_000_000L) : random.nextInt(90_000_000);
                Ipv4Address owner =
                        wanted.keyAsSet(true).map(FanModel.Key::remote).orElse(Ipv4Address.of(1));
                Machine.Flow flow = new Machine.Flow(
                        owner,
                        sourcePort(machine.hash),
                        number(
                                fan,
                                wanted.keyAsSet(true).map(FanModel.Key::local).orElse(Ipv4Address.of(1))));
                Machine.Flow vouched = random.nextInt(20) != 0 ? flow : another(flow, random);
                machine.vouch(vouched, PathWitness.SENT, ago);
                machine.vouch(flow, PathWitness.RECEIVED, 0);
                machine.tcIndex = random.nextInt(0x1_0000);
                Machine.Result result =
                        machine.run(frame, i % 3 == 0 ? 14 + i % 30 : Integer.MAX_VALUE, Optional.empty());

                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted.counter(), 1L));
                boolean fast = wanted.counter() == Counter.SENT
                        && !machine.devices.isEmpty()
                        && machine.roomRefused == 0
                        && vouched.equals(flow)
                        && (Machine.NOW >> 24) - (Machine.NOW - ago >> 24) <= PathWitness.VALID
                        && (ipv6 || isUsual(frame.bytes()))
                        && largest(frame.bytes(), ipv6, machine.segmentSize, i % 3 == 0) <= MTU;
                if (fast) {
                    byItself++;
                    ipv6ByItself += ipv6 ? 1 : 0;
                    assertThat(result.verdict()).isEqualTo(FanEmitter.REDIRECT);
                    assertThat(machine.redirected).isEqualTo("neigh " + CARD);
                    assertThat(machine.tcIndex).as("it vouches for nobody").isZero();
                    assertThat(machine.after)
                            .as("frame %d, %s", i, order)
                            .isEqualTo(outer(fan, lowered, Objects.requireNonNull(wanted.key()), machine));
                } else {
                    Optional<FanModel.Key> key = wanted.keyAsSet(fan.setsLocalAddress());
                    assertThat(result.key()).as("frame %d, %s", i, order).isEqualTo(key);
                    assertThat(result.verdict()).isEqualTo(key.isPresent() ? FanEmitter.NEXT : FanEmitter.DROP);
                    assertThat(machine.redirected).isEmpty();
                    assertThat(machine.after).isEqualTo(lowered);
                }
            }
            boolean tiny = fan.mapping().underlay().prefixLength() >= 30;
            assertThat(byItself).isGreaterThan(tiny ? -1 : frames(fan, 100));
            assertThat(ipv6ByItself).isGreaterThan(tiny || fan.ipv6().isEmpty() ? -1 : 20);
        }
    }

    /** Whether the packet is known to have come to the owner of the inner destination. */
    private static boolean tells(FanProgramSpec fan, FanModel.Key key, Ipv4Address local) {
        return fan.localAddresses().size() == 1
                || fan.setsLocalAddress() && key.local().equals(local);
    }

    /** The owner of the destination, or of the target of ARP. */
    static int destination(FanProgramSpec fan, byte[] frame) {
        if (isIpv6(fan, frame)) {
            return frame.length < 54
                    ? 0
                    : fan.ipv6()
                            .orElseThrow()
                            .mapping()
                            .ownerBits(Ipv6Model.destination(frame).high());
        }
        int at = frame.length > 13 && frame[13] == 6 ? 38 : 30;
        return frame.length < at + 4
                ? 0
                : fan.mapping().ownerBits(ByteBuffer.wrap(frame).getInt(at));
    }

    private static int sourcePort(int hash) {
        return 32768 + (int) (((hash ^ hash << 16) & 0xffffffffL) * 28231 >>> 32);
    }

    /** With the same place in the table, or of the same host. */
    static Machine.Flow another(Machine.Flow flow, Random random) {
        Ipv4Address host = flow.host();
        return switch (random.nextInt(4)) {
            case 0 -> new Machine.Flow(Ipv4Address.of(host.bits() ^ 0x8000_0000), flow.port(), flow.local());
            case 1 -> new Machine.Flow(host, flow.port() ^ 1 << 10 + random.nextInt(6), flow.local());
            case 2 -> new Machine.Flow(host, flow.port(), flow.local() ^ 1 << random.nextInt(4));
            default -> new Machine.Flow(host, flow.port() ^ 1 << random.nextInt(10), flow.local());
        };
    }

    /** The number of an address of this host; 0 for others. */
    static int number(FanProgramSpec fan, Ipv4Address local) {
        return Math.max(0, fan.localAddresses().indexOf(local));
    }

    private static boolean isUsual(byte[] frame) {
        return frame[12] == 8 && frame[13] == 0 && frame[14] == 0x45;
    }

    /** The largest packet on the underlay; too large where what is to be cut has not its TCP header in the linear part. */
    private static int largest(byte[] frame, boolean ipv6, int segment, boolean linearPartIsShort) {
        if (segment == 0) {
            return frame.length + 36;
        }
        int header = ipv6 ? 40 : 20;
        int offset = 14 + header + 12;
        return switch (frame[ipv6 ? 20 : 23]) {
            case 17 -> segment + 8 + header + 50;
            case 6 ->
                linearPartIsShort || frame.length <= offset
                        ? MTU + 1
                        : segment + (frame[offset] >> 4 & 15) * 4 + header + 50;
            default -> MTU + 1;
        };
    }

    private static byte[] outer(FanProgramSpec fan, byte[] inner, FanModel.Key key, Machine machine) {
        ByteBuffer frame = ByteBuffer.allocate(50 + inner.length);
        int length = inner.length + 36;
        int inside = isIpv6(fan, inner) ? inner[15] >> 4 & 3 : inner[15] & 3;
        int ecn = inside == 3 ? 2 : inside;
        frame.put(inner, 0, 12).putShort((short) 0x0800);
        frame.put((byte) 0x45).put((byte) ecn).putShort((short) length).putShort((short) machine.random);
        frame.putShort((short) 0).put((byte) 64).put((byte) 17).putShort((short) 0);
        frame.putInt(key.local().bits()).putInt(key.remote().bits());
        frame.putShort((short) sourcePort(machine.hash))
                .putShort((short) 8472)
                .putShort((short) (length - 20))
                .putShort((short) 0);
        frame.putInt(0x08000000).putInt(fan.vni() << 8).put(inner);
        return frame.putShort(24, (short) Frames.checksum(frame, 14, 34)).array();
    }

    @Test
    void theLargestSegmentOfTcpCountsWithItsOwnHeader() {
        byte[] packet = new byte[5000];
        System.arraycopy(Frames.ipv4("250.0.45.2", "250.0.56.9"), 0, packet, 0, 34);
        ByteBuffer.wrap(packet).putShort(16, (short) (packet.length - 14)).put(23, (byte) 6);
        for (ByteOrder order : ORDERS) {
            byte[] code = encap(Specs.USUAL, order);
            for (int words = 5; words < 16; words++) {
                packet[46] = (byte) (words << 4);
                for (int more = -1; more <= 1; more++) {
                    Machine machine = new Machine(code, order);
                    machine.devices = Map.of(CARD, 1500);
                    machine.vouch(
                            new Machine.Flow(Ipv4Address.parse("10.0.0.56"), sourcePort(0), 0), PathWitness.SENT, 0);
                    machine.segmentSize = 1500 - 50 - 20 - 4 * words + more;
                    machine.run(new FanModel.Frame(packet, false), 60, Optional.empty());
                    assertThat(machine.redirected)
                            .as("%d words, %d, %s", words, more, order)
                            .isEqualTo(more <= 0 ? "neigh " + CARD : "");
                }
            }
        }
    }

    @Test
    void whatIsLongerThanItsHeaderCouldTellIsTheKernels() {
        for (ByteOrder order : ORDERS) {
            byte[] code = encap(Specs.USUAL, order);
            for (int length : new int[] {65535 - 36, 65536 - 36, 100_000}) {
                byte[] packet = Arrays.copyOf(Frames.with(Frames.ipv4("250.0.45.2", "250.0.56.9"), 17, 28), length);
                Machine machine = new Machine(code, order);
                machine.devices = Map.of(CARD, Integer.MAX_VALUE);
                machine.vouch(new Machine.Flow(Ipv4Address.parse("10.0.0.56"), sourcePort(0), 0), PathWitness.SENT, 0);
                machine.run(new FanModel.Frame(packet, false), Integer.MAX_VALUE, Optional.empty());
                assertThat(machine.redirected).as("%d", length).isEqualTo(length + 36 > 65535 ? "" : "neigh " + CARD);
            }
        }
    }

    /** A frame of IPv6 with the Ethernet addresses of the bridge and its router. */
    static byte[] toTheHost(FanProgramSpec fan, byte[] frame) {
        Ipv6ProgramSpec ipv6 = fan.ipv6().orElseThrow();
        return Frames.from(ipv6.router().bits(), Frames.to(ipv6.bridge().bits(), frame));
    }

    /** What has a key is judged as before, mark or not; what has none passes by the mark alone. */
    @ParameterizedTest
    @MethodSource("fans")
    void guardOnTheTunnelLetsInWhatTheCardsHasMarkedAndElseDecidesAsBefore(FanProgramSpec fan) {
        for (ByteOrder order : ORDERS) {
            byte[] code = new FastProgramSpec(fan, 8472, CARD, SourcePorts.DEFAULT)
                    .emit(Role.GUARD, 0, order)
                    .bytes();
            Traffic frames = new Traffic(fan, 19);
            for (int i = 0; i < frames(fan, FRAMES); i++) {
                FanModel.Frame frame = frames.next(i);
                Ipv4Address local = Ipv4Address.of(destination(fan, frame.bytes()));
                Optional<FanModel.Key> outer = i % 9 == 0
                        ? frames.outer(frame)
                        : frames.outer(frame).map(key -> new FanModel.Key(key.vni(), key.remote(), local));
                boolean marked = i % 2 == 0;
                Machine machine = new Machine(code, order);
                machine.mark = marked ? 0x8000_1001 : 0x8000_0001;
                int port = i % 7 == 0 ? 0 : i * 31 & 0xffff;
                machine.tcIndex = port;
                Machine.Result result = machine.run(frame, i % 3 == 0 ? 14 + i % 30 : Integer.MAX_VALUE, outer);

                Counter wanted = outer.isEmpty() && marked ? Counter.RECEIVED : frames.guard(frame, outer);
                assertThat(machine.counts()).as("frame %d, %s", i, order).isEqualTo(Map.of(wanted, 1L));
                assertThat(result.verdict()).isEqualTo(wanted == Counter.RECEIVED ? FanEmitter.NEXT : FanEmitter.DROP);
                assertThat(machine.mark).isEqualTo(marked || wanted == Counter.RECEIVED ? 0x8000_1001 : 0x8000_0001);
                boolean rewritten = wanted == Counter.RECEIVED && outer.isPresent() && isIpv6(fan, frame.bytes());
                assertThat(machine.after).isEqualTo(rewritten ? toTheHost(fan, frame.bytes()) : frame.bytes());
                assertThat(machine.noted(PathWitness.RECEIVED))
                        .as("who vouches, frame %d, %s", i, order)
                        .isEqualTo(
                                wanted == Counter.RECEIVED && port != 0
                                        ? outer.filter(key -> tells(fan, key, local))
                                                .map(key -> new Machine.Flow(key.remote(), port, number(fan, local)))
                                        : Optional.empty());
            }
        }
    }
}
