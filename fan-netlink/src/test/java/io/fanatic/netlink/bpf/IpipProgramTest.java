package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The programs of IPIP fans against a model in plain Java, on a CPU of either byte order; the kernel itself has its say in user-mode Linux. */
class IpipProgramTest {
    private static final int PACKETS = 6000;
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

    private static final IpipProgramSpec ONE = new IpipProgramSpec(List.of(Specs.USUAL), false);
    private static final IpipProgramSpec THREE = new IpipProgramSpec(
            List.of(
                    Specs.spec("252.16.0.0/12", "10.142.0.0/20", "10.142.0.17"),
                    Specs.TWO_ADDRESSES,
                    Specs.spec("251.0.0.0/8", "10.0.0.0/16", "10.0.0.45")),
            true);

    private record Outcome(Counter counter, Optional<FanModel.Key> key) {
        Outcome(Counter counter) {
            this(counter, Optional.empty());
        }
    }

    @Test
    void encapDoesWhatTheModelSays() {
        for (IpipProgramSpec spec : List.of(ONE, THREE)) {
            for (ByteOrder order : ORDERS) {
                byte[] code = spec.emit(Role.ENCAP, 0, order).bytes();
                Packets packets = new Packets(spec, 1);
                for (int i = 0; i < PACKETS; i++) {
                    byte[] packet = packets.next();
                    Machine machine = new Machine(code, order);
                    Machine.Result result = machine.run(new FanModel.Frame(packet, false), linear(i), Optional.empty());
                    Outcome wanted = encap(spec, packet);
                    assertThat(machine.counts())
                            .as("%s %d %s", order, i, Arrays.toString(packet))
                            .isEqualTo(Map.of(wanted.counter, 1L));
                    assertThat(result.key()).isEqualTo(wanted.key);
                    if (wanted.counter == Counter.SENT) {
                        boolean dontFragment = spec.learnsPathMtu() && (packet[6] & 0x40) != 0;
                        assertThat(result.keyFlags()).isEqualTo(dontFragment ? TunnelKey.DONT_FRAGMENT : 0);
                        assertThat(result.ttl()).isEqualTo(64);
                    }
                }
            }
        }
    }

    @Test
    void guardDoesWhatTheModelSays() {
        for (IpipProgramSpec spec : List.of(ONE, THREE)) {
            for (ByteOrder order : ORDERS) {
                byte[] code = spec.emit(Role.GUARD, 0, order).bytes();
                Packets packets = new Packets(spec, 2);
                for (int i = 0; i < PACKETS; i++) {
                    byte[] packet = packets.next();
                    Optional<FanModel.Key> outer = packets.outer(packet);
                    Machine machine = new Machine(code, order);
                    machine.run(new FanModel.Frame(packet, false), linear(i), outer);
                    assertThat(machine.counts())
                            .as("%s %d %s from %s", order, i, Arrays.toString(packet), outer)
                            .isEqualTo(Map.of(guard(spec, packet, outer), 1L));
                }
            }
        }
    }

    @Test
    void theRandomPacketsReachEveryReason() {
        Set<Counter> reached = EnumSet.noneOf(Counter.class);
        Packets packets = new Packets(THREE, 3);
        for (int i = 0; i < PACKETS; i++) {
            byte[] packet = packets.next();
            reached.add(encap(THREE, packet).counter);
            reached.add(guard(THREE, packet, packets.outer(packet)));
        }
        assertThat(reached)
                .containsExactlyInAnyOrder(
                        Counter.SENT,
                        Counter.SEND_MALFORMED,
                        Counter.SEND_IPV6,
                        Counter.SEND_SPOOFED,
                        Counter.SEND_OFF_OVERLAY,
                        Counter.SEND_NO_HOST,
                        Counter.SEND_OWN_SLICE,
                        Counter.RECEIVED,
                        Counter.RECEIVE_MALFORMED,
                        Counter.RECEIVE_IPV6,
                        Counter.RECEIVE_SPOOFED,
                        Counter.RECEIVE_NOT_LOCAL,
                        Counter.RECEIVE_NO_KEY,
                        Counter.RECEIVE_NESTED);
    }

    @Test
    void theOrderInWhichFansCameDoesNotChangeThePrograms() {
        IpipProgramSpec other = new IpipProgramSpec(
                List.of(THREE.fans().get(2), THREE.fans().get(0), THREE.fans().get(1)), true);
        assertThat(other.names()).isEqualTo(THREE.names());
        assertThat(ONE.names()).isNotEqualTo(THREE.names());
        assertThat(ONE.names()).isNotEqualTo(Specs.USUAL.names());
    }

    private static int linear(int i) {
        return i % 3 == 0 ? i % 24 : Integer.MAX_VALUE;
    }

    // The model.

    private static Outcome encap(IpipProgramSpec spec, byte[] packet) {
        Optional<String> fault = fault(packet);
        if (fault.isPresent()) {
            return new Outcome(Counter.valueOf("SEND_" + fault.get()));
        }
        Ipv4Address source = address(packet, 12);
        Ipv4Address destination = address(packet, 16);
        for (FanProgramSpec fan : spec.fans()) {
            FanMapping mapping = fan.mapping();
            if (mapping.overlay().contains(destination)) {
                Ipv4Address owner = owner(fan, destination);
                if (!isLocal(fan, source)) {
                    return new Outcome(Counter.SEND_SPOOFED);
                } else if (!isHost(fan, owner)) {
                    return new Outcome(Counter.SEND_NO_HOST);
                } else if (isLocal(fan, destination)) {
                    return new Outcome(Counter.SEND_OWN_SLICE);
                }
                return new Outcome(Counter.SENT, Optional.of(new FanModel.Key(0, owner, owner(fan, source))));
            }
        }
        return new Outcome(Counter.SEND_OFF_OVERLAY);
    }

    private static Counter guard(IpipProgramSpec spec, byte[] packet, Optional<FanModel.Key> outer) {
        Optional<String> fault = fault(packet);
        if (outer.isEmpty()) {
            return Counter.RECEIVE_NO_KEY;
        } else if (fault.isPresent()) {
            return Counter.valueOf("RECEIVE_" + fault.get());
        } else if (packet[9] == 4) {
            return Counter.RECEIVE_NESTED;
        }
        Ipv4Address source = address(packet, 12);
        for (FanProgramSpec fan : spec.fans()) {
            if (isLocal(fan, address(packet, 16))) {
                boolean honest = fan.mapping().overlay().contains(source)
                        && isHost(fan, owner(fan, source))
                        && !isLocal(fan, source)
                        && owner(fan, source).equals(outer.get().remote());
                return honest ? Counter.RECEIVED : Counter.RECEIVE_SPOOFED;
            }
        }
        return Counter.RECEIVE_NOT_LOCAL;
    }

    private static Optional<String> fault(byte[] packet) {
        if (packet.length < 20) {
            return Optional.of("MALFORMED");
        }
        int version = packet[0] >> 4 & 15;
        int header = 4 * (packet[0] & 15);
        int total = ByteBuffer.wrap(packet).getShort(2) & 0xffff;
        if (version == 6) {
            return Optional.of("IPV6");
        }
        boolean sound = version == 4 && header >= 20 && total >= header && total <= packet.length;
        return sound ? Optional.empty() : Optional.of("MALFORMED");
    }

    private static Ipv4Address address(byte[] packet, int at) {
        return Ipv4Address.of(ByteBuffer.wrap(packet).getInt(at));
    }

    private static Ipv4Address owner(FanProgramSpec fan, Ipv4Address address) {
        return Ipv4Address.of(fan.mapping().ownerBits(address.bits()));
    }

    private static boolean isLocal(FanProgramSpec fan, Ipv4Address address) {
        return fan.mapping().overlay().contains(address) && fan.localAddresses().contains(owner(fan, address));
    }

    private static boolean isHost(FanProgramSpec fan, Ipv4Address owner) {
        Ipv4Prefix underlay = fan.mapping().underlay();
        return !owner.equals(underlay.network()) && !owner.equals(underlay.last());
    }

    /** Packets near every edge, mostly of one fan to itself. */
    private static final class Packets {
        private final IpipProgramSpec spec;
        private final Random random;

        Packets(IpipProgramSpec spec, long seed) {
            this.spec = spec;
            this.random = new Random(seed);
        }

        byte[] next() {
            FanProgramSpec fan = anyFan();
            byte[] packet = new byte[20 + random.nextInt(30)];
            random.nextBytes(packet);
            packet[0] = 0x45;
            ByteBuffer bytes = ByteBuffer.wrap(packet);
            bytes.putShort(2, (short) (20 + random.nextInt(packet.length - 19)));
            bytes.putInt(12, address(fan));
            bytes.putInt(16, address(random.nextInt(8) == 0 ? anyFan() : fan));
            if (random.nextInt(5) == 0) {
                packet[9] = 4;
            }
            switch (random.nextInt(16)) {
                case 0 -> packet[0] = (byte) random.nextInt(256);
                case 1 -> packet[0] = (byte) (0x40 + random.nextInt(16));
                case 2 -> packet[0] = 0x60;
                case 3 -> bytes.putShort(2, (short) random.nextInt());
                case 4 -> bytes.putShort(2, (short) random.nextInt(60));
                case 5 -> packet = Arrays.copyOf(packet, random.nextInt(packet.length));
                default -> {
                    // A sound one.
                }
            }
            return packet;
        }

        Optional<FanModel.Key> outer(byte[] packet) {
            if (random.nextInt(16) == 0) {
                return Optional.empty();
            }
            Ipv4Address owner = packet.length < 20
                    ? Ipv4Address.of(random.nextInt())
                    : owner(anyFan(), IpipProgramTest.address(packet, 12));
            return Optional.of(new FanModel.Key(0, owner, Ipv4Address.of(0)));
        }

        private FanProgramSpec anyFan() {
            return spec.fans().get(random.nextInt(spec.fans().size()));
        }

        private int address(FanProgramSpec fan) {
            FanMapping mapping = fan.mapping();
            int inSlice = random.nextInt() & ~Ipv4Prefix.mask(mapping.slicePrefixLength());
            int local = fan.localAddresses()
                    .get(random.nextInt(fan.localAddresses().size()))
                    .bits();
            return switch (random.nextInt(8)) {
                case 0, 1, 2 -> mapping.sliceBits(local) | inSlice;
                case 3, 4 -> mapping.sliceBits(local + 1) | inSlice;
                case 5 -> mapping.sliceBits(mapping.underlay().network().bits()) | inSlice;
                case 6 -> mapping.sliceBits(mapping.underlay().last().bits()) | inSlice;
                default -> random.nextInt();
            };
        }
    }
}
