package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The program on the underlay's device, in both byte orders against a model: it takes what is usual and good and leaves all else as it is,
 * uncounted. Needs no root and no kernel.
 */
class CardGuardModelTest {
    private static final int FRAMES = 30_000;
    private static final int TUNNEL = 9;
    private static final int BRIDGE = 11;
    private static final MacAddress TUNNEL_MAC = new MacAddress(Frames.SENDER + 1);

    static List<FanProgramSpec> fans() {
        return FastPathModelTest.fans();
    }

    @ParameterizedTest
    @MethodSource("fans")
    void itTakesWhatIsUsualAndGoodAndLeavesAllElseToTheKernel(FanProgramSpec fan) {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            byte[] delivering = cardGuard(fan, true, order);
            byte[] toTheHostAlone = cardGuard(fan, false, order);
            FastPathModelTest.Traffic frames = new FastPathModelTest.Traffic(fan, 23);
            Random random = new Random(24);
            int taken = 0;
            int ipv6Taken = 0;
            for (int i = 0; i < FastPathModelTest.frames(fan, FRAMES); i++) {
                FanModel.Frame inner = frames.next(i);
                byte[] frame = outer(fan, inner, frames.outer(inner), random);
                boolean delivers = random.nextInt(4) != 0;
                Machine machine = new Machine(delivers ? delivering : toTheHostAlone, order);
                boolean ipv6 = frame.length >= 104 && FastPathModelTest.isIpv6(fan, Arrays.copyOfRange(frame, 50, 64));
                Optional<Long> ethernet = Optional.of(0L);
                if (ipv6) {
                    Ipv6Address to = Ipv6Model.destination(Arrays.copyOfRange(frame, 50, frame.length));
                    long container = random.nextLong() & 0xfeff_ffff_ffffL;
                    machine.neighbourDevice = random.nextInt(20) == 0 ? 0 : BRIDGE;
                    machine.ipv6Neighbours = random.nextInt(4) == 0 ? Map.of() : Map.of(to, container);
                    boolean known = machine.neighbourDevice == BRIDGE && !machine.ipv6Neighbours.isEmpty() && delivers;
                    ethernet = to.low() == 1
                            ? Optional.of(fan.ipv6().orElseThrow().bridge().bits())
                            : known ? Optional.of(container) : Optional.empty();
                }
                machine.packetType = random.nextInt(20) == 0 ? 1 + random.nextInt(4) : 0;
                machine.devices = random.nextInt(40) == 0 ? Map.of() : Map.of(TUNNEL, 65485);
                machine.roomRefused = random.nextInt(40) == 0 ? -95 : 0;
                machine.mark = 0x8000_0001;
                long ago = random.nextInt(8) == 0 ? random.nextLong(10_000_000_000L) : random.nextInt(90_000_000);
                Machine.Flow flow =
                        new Machine.Flow(source(frame), port(frame), FastPathModelTest.number(fan, destination(frame)));
                Machine.Flow vouched = random.nextInt(20) != 0 ? flow : FastPathModelTest.another(flow, random);
                machine.vouch(vouched, PathWitness.RECEIVED, ago);
                machine.vouch(flow, PathWitness.SENT, 0);
                boolean tagged = random.nextInt(40) == 0;
                int linear = i % 3 == 0 ? 42 + i % 70 : Integer.MAX_VALUE;
                Machine.Result result = machine.run(new FanModel.Frame(frame, tagged), linear, Optional.empty());

                boolean takes = machine.packetType == 0
                        && !tagged
                        && !machine.devices.isEmpty()
                        && machine.roomRefused == 0
                        && vouched.equals(flow)
                        && (Machine.NOW >> 24) - (Machine.NOW - ago >> 24) <= PathWitness.VALID
                        && ethernet.isPresent()
                        && isGood(frames, frame);
                assertThat(machine.redirected).as("frame %d, %s", i, order).isEqualTo(takes ? "ingress " + TUNNEL : "");
                assertThat(result.verdict()).isEqualTo(takes ? FanEmitter.REDIRECT : FanEmitter.NEXT);
                assertThat(machine.mark).isEqualTo(takes ? 0x8000_1001 : 0x8000_0001);
                byte[] handedOn = Arrays.copyOfRange(frame, Math.min(50, frame.length), frame.length);
                if (takes && ipv6) {
                    long router = fan.ipv6().orElseThrow().router().bits();
                    handedOn = Frames.from(router, Frames.to(ethernet.get(), handedOn));
                    ipv6Taken++;
                }
                assertThat(machine.after).isEqualTo(takes ? handedOn : frame);
                assertThat(machine.counts()).isEmpty();
                if (takes) {
                    assertThat(machine.tcIndex).as("it vouches for nobody").isZero();
                } else if (isGood(frames, frame)) {
                    assertThat(machine.tcIndex).isEqualTo(port(frame));
                }
                taken += takes ? 1 : 0;
            }
            boolean tiny = fan.mapping().underlay().prefixLength() >= 30;
            assertThat(taken).isGreaterThan(tiny ? -1 : FastPathModelTest.frames(fan, 200));
            assertThat(ipv6Taken).isGreaterThan(tiny || fan.ipv6().isEmpty() ? -1 : 20);
        }
    }

    private static byte[] cardGuard(FanProgramSpec fan, boolean deliversIpv6, ByteOrder order) {
        return new CardProgramSpec(fan, TunnelType.DEFAULT_VXLAN_PORT, TUNNEL_MAC, deliversIpv6, TUNNEL, BRIDGE)
                .emit(Role.CARD_GUARD, 0, order)
                .bytes();
    }

    private static Ipv4Address source(byte[] frame) {
        return frame.length < 30
                ? Ipv4Address.of(1)
                : Ipv4Address.of(ByteBuffer.wrap(frame).getInt(26));
    }

    private static Ipv4Address destination(byte[] frame) {
        return Ipv4Address.of(frame.length < 34 ? 1 : ByteBuffer.wrap(frame).getInt(30));
    }

    private static int port(byte[] frame) {
        return frame.length < 36 ? 1 : ByteBuffer.wrap(frame).getShort(34) & 0xffff;
    }

    /** What the kernel's device sends vouches for more; what encap has sent by itself does not, nor what others send or other programs. */
    @ParameterizedTest
    @MethodSource("fans")
    void whatTheKernelsDeviceSendsIsNoted(FanProgramSpec fan) {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            byte[] code = new CardProgramSpec(fan, TunnelType.DEFAULT_VXLAN_PORT, TUNNEL_MAC, false, TUNNEL, 0)
                    .emit(Role.CARD_WITNESS, 0, order)
                    .bytes();
            Random random = new Random(25);
            int noted = 0;
            for (int i = 0; i < FastPathModelTest.frames(fan, FRAMES); i++) {
                List<Ipv4Address> locals = fan.localAddresses();
                int source = random.nextInt(10) == 0
                        ? random.nextInt()
                        : locals.get(random.nextInt(locals.size())).bits();
                byte[] inner = Frames.ipv4("250.0.45.2", "250.0.56.9");
                byte[] frame = new Forged(Frames.UNICAST, source, fan.vni(), inner)
                        .to(random.nextInt())
                        .frame();
                if (random.nextInt(3) == 0) {
                    frame[random.nextInt(50)] ^= (byte) (1 << random.nextInt(8));
                }
                Machine machine = new Machine(code, order);
                machine.tcIndex = random.nextInt(4) == 0 ? random.nextInt(3) : port(frame);
                int written = machine.tcIndex;
                Machine.Result result = machine.run(
                        new FanModel.Frame(frame, false),
                        i % 9 == 0 ? 42 + i % 10 : Integer.MAX_VALUE,
                        Optional.empty());

                ByteBuffer bytes = ByteBuffer.wrap(frame);
                boolean notes = (i % 9 != 0 || 42 + i % 10 >= 50)
                        && written == port(frame)
                        && bytes.getShort(12) == 0x0800
                        && frame[14] == 0x45
                        && frame[23] == 17
                        && bytes.getShort(36) == 8472
                        && bytes.getInt(46) == fan.vni() << 8
                        && locals.contains(source(frame));
                assertThat(result.verdict()).isEqualTo(FanEmitter.NEXT);
                assertThat(machine.after).isEqualTo(frame);
                assertThat(machine.counts()).isEmpty();
                assertThat(machine.noted(PathWitness.SENT))
                        .as("frame %d, %s", i, order)
                        .isEqualTo(
                                notes
                                        ? Optional.of(new Machine.Flow(
                                                destination(frame),
                                                written,
                                                FastPathModelTest.number(fan, source(frame))))
                                        : Optional.empty());
                noted += notes ? 1 : 0;
            }
            assertThat(noted).isGreaterThan(FastPathModelTest.frames(fan, 5000));
        }
    }

    /** In VXLAN, mostly as a host of the fan sends it; sometimes with a few bytes of the outer headers changed. */
    private static byte[] outer(FanProgramSpec fan, FanModel.Frame inner, Optional<FanModel.Key> key, Random random) {
        int source = key.map(each -> each.remote().bits()).orElse(random.nextInt());
        int vni = key.map(FanModel.Key::vni).orElse(fan.vni());
        List<Ipv4Address> locals = fan.localAddresses();
        int owner = FastPathModelTest.destination(fan, inner.bytes());
        int to = switch (random.nextInt(20)) {
            case 0 -> random.nextInt();
            case 1 -> locals.get(random.nextInt(locals.size())).bits();
            default -> owner;
        };
        byte[] bytes = random.nextInt(20) == 0 ? Frames.from(TUNNEL_MAC.bits(), inner.bytes()) : inner.bytes();
        Forged forged = new Forged(Frames.UNICAST, source, vni, bytes).to(to);
        byte[] frame = forged.frame();
        switch (random.nextInt(12)) {
            case 0 -> frame[random.nextInt(50)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> field(frame, random, random.nextInt(256));
            case 2 -> frame = Arrays.copyOf(frame, frame.length + 1 + random.nextInt(4));
            case 3 -> frame = Arrays.copyOf(frame, 42 + random.nextInt(frame.length - 42));
            default -> {
                // As it should be.
            }
        }
        return frame;
    }

    /** Changes a byte of the IPv4 header, whose checksum holds all the same, or behind it. */
    private static void field(byte[] frame, Random random, int value) {
        frame[14 + random.nextInt(36)] = (byte) value;
        ByteBuffer bytes = ByteBuffer.wrap(frame).putShort(24, (short) 0);
        bytes.putShort(24, (short) Frames.checksum(bytes, 14, 34));
    }

    /** Whether the kernel's device would unpack the packet and guard let the frame in, and it is of the usual kind. */
    private static boolean isGood(FastPathModelTest.Traffic model, byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        if (frame.length < 84) {
            return false;
        }
        byte[] inner = Arrays.copyOfRange(frame, 50, frame.length);
        int length = bytes.getShort(16) & 0xffff;
        boolean outer = bytes.getShort(12) == 0x0800
                && frame[14] == 0x45
                && (frame[15] & 3) != 3
                && length == frame.length - 14
                && (bytes.getShort(20) & 0x3fff) == 0
                && frame[23] == 17
                && Frames.checksum(bytes, 14, 34) == 0
                && bytes.getInt(30) == FastPathModelTest.destination(model.fan(), inner)
                && bytes.getShort(36) == 8472
                && (bytes.getShort(38) & 0xffff) == length - 20
                && bytes.getShort(40) == 0
                && bytes.getInt(42) == 0x08000000
                && frame[49] == 0;
        FanModel.Key key =
                new FanModel.Key(bytes.getInt(46) >>> 8, Ipv4Address.of(bytes.getInt(26)), Ipv4Address.of(0));
        long from = (bytes.getShort(56) & 0xffffL) << 32 | bytes.getInt(58) & 0xffffffffL;
        boolean usual = FastPathModelTest.isIpv6(model.fan(), inner)
                ? (inner[0] & 1) == 0 && (inner[6] & 1) == 0 && from != 0 && inner.length >= 54 && inner[21] != -1
                : bytes.getShort(62) == 0x0800 && frame[64] == 0x45;
        return outer
                && usual
                && from != TUNNEL_MAC.bits()
                && model.guard(new FanModel.Frame(inner, false), Optional.of(key)) == Counter.RECEIVED;
    }
}
