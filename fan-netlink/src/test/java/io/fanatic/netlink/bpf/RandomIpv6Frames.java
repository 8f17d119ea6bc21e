package io.fanatic.netlink.bpf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import java.util.Optional;
import java.util.Random;

/** Frames of IPv6 that come near every edge of a fan far more often than chance would; the same seed gives the same frames. */
final class RandomIpv6Frames {
    private final FanProgramSpec spec;
    private final Ipv6Mapping mapping;
    private final Random random;

    RandomIpv6Frames(FanProgramSpec spec, long seed) {
        this.spec = spec;
        this.mapping = spec.ipv6().orElseThrow().mapping();
        this.random = new Random(seed);
    }

    FanModel.Frame next() {
        int payload = random.nextInt(24);
        byte[] frame = Frames.ipv6(
                address(),
                address(),
                anyOf(58, 58, 6, 17, 0, 44, 43, 60, random.nextInt(256)),
                anyOf(64, 64, 255, 255, 1, 0, 2, random.nextInt(256)),
                new byte[payload]);
        if (payload > 0) {
            frame = Frames.with(frame, 54, anyOf(1, 2, 128, 130, 133, 134, 135, 136, 137, 143, random.nextInt(256)));
        }
        if (chance(6)) {
            frame = Frames.to(chance(2) ? Frames.BROADCAST : 0x333300000001L, frame);
        }
        if (chance(6)) {
            frame = Frames.with(frame, 14 + random.nextInt(frame.length - 14), random.nextInt(256));
        }
        if (chance(8)) {
            frame = Frames.cut(frame, 14 + random.nextInt(frame.length - 13));
        }
        return new FanModel.Frame(frame, chance(16));
    }

    /** The tunnel key that a frame came with: mostly of the host that owns its source. */
    Optional<FanModel.Key> outer(FanModel.Frame frame) {
        if (chance(16)) {
            return Optional.empty();
        }
        byte[] bytes = frame.bytes();
        long high = bytes.length >= 54 && !chance(8)
                ? Ipv6Model.source(bytes).high()
                : address().high();
        int owner = mapping.ownerBits(high);
        if (chance(16)) {
            owner ^= 1 << random.nextInt(32);
        }
        return Optional.of(new FanModel.Key(
                chance(16) ? spec.vni() ^ 1 << random.nextInt(24) : spec.vni(),
                Ipv4Address.of(owner),
                spec.localAddresses().get(0)));
    }

    private Ipv6Address address() {
        int local = spec.localAddresses()
                .get(random.nextInt(spec.localAddresses().size()))
                .bits();
        int hosts = ~mapping.underlay().mask();
        long overlay = mapping.overlay().network().high();
        long below = overlay ^ mapping.overlay().last().high();
        long high = switch (random.nextInt(12)) {
            case 0, 1, 2 -> mapping.sliceBits(local);
            case 3, 4 -> mapping.sliceBits(random.nextInt() & hosts);
            case 5 -> mapping.sliceBits(local + anyOf(-1, 1));
            case 6 -> mapping.sliceBits(random.nextBoolean() ? 0 : hosts);
            case 7 -> mapping.sliceBits(local) ^ 1L << random.nextInt(64);
            case 8 -> overlay | random.nextLong() & below;
            case 9 -> 0xfe80L << 48 | (chance(4) ? random.nextLong() >>> 10 : 0);
            case 10 -> 0;
            default -> random.nextLong();
        };
        return new Ipv6Address(high, chance(3) ? 1 : chance(4) ? 0 : random.nextLong());
    }

    private int anyOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }
}
