package io.fanatic.netlink.bpf;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;

/** Frames that come near every edge of a fan far more often than chance would; the same seed gives the same frames. */
final class RandomFrames {
    private final FanProgramSpec spec;
    private final Random random;

    RandomFrames(FanProgramSpec spec, long seed) {
        this.spec = spec;
        this.random = new Random(seed);
    }

    FanModel.Frame next() {
        int source = address();
        int destination = address();
        byte[] frame = switch (random.nextInt(8)) {
            case 0, 1 -> Frames.arp(1 + random.nextInt(2), source, destination);
            case 2 -> Frames.other(anyOf(0x86dd, 0x8100, 0x88a8, 0x88cc, 0x0026, random.nextInt(0x10000)));
            default -> Frames.ipv4(source, destination);
        };
        if (chance(4)) {
            frame = Frames.to(chance(2) ? Frames.BROADCAST : Frames.MULTICAST, frame);
        }
        if (chance(4)) {
            frame = Frames.with(frame, random.nextInt(frame.length), random.nextInt(256));
        }
        if (chance(4)) { // the parsed fields: type, version, length, ARP's types
            frame = Frames.with(frame, 12 + random.nextInt(10), anyOf(0, 1, 2, 4, 6, 8, 0x45, 0x46, 0x44, 0x65, 0x4f));
        }
        if (chance(16)) { // from a group, from nobody, from a host with zeros in front
            frame = Frames.from(chance(3) ? Frames.MULTICAST : random.nextInt(2), frame);
        }
        if (chance(8)) {
            frame = Frames.tagged(chance(2) ? 0x8100 : 0x88a8, frame);
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
        int source = bytes.length >= 34 ? ByteBuffer.wrap(bytes).getInt(bytes[13] == 6 ? 28 : 26) : 0;
        int owner = chance(8) ? address() : spec.mapping().ownerBits(source);
        if (chance(16)) {
            owner ^= 1 << random.nextInt(32);
        }
        return Optional.of(new FanModel.Key(
                chance(16) ? spec.vni() ^ 1 << random.nextInt(24) : spec.vni(),
                Ipv4Address.of(owner),
                spec.localAddresses().get(0)));
    }

    private int address() {
        FanMapping mapping = spec.mapping();
        Ipv4Prefix underlay = mapping.underlay();
        int inSlice = random.nextInt() & ~Ipv4Prefix.mask(mapping.slicePrefixLength());
        int local = spec.localAddresses()
                .get(random.nextInt(spec.localAddresses().size()))
                .bits();
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> mapping.sliceBits(local) | inSlice;
            case 3 -> mapping.sliceBits(local + anyOf(-1, 1)) | inSlice;
            case 4 -> mapping.sliceBits(underlay.network().bits()) | inSlice;
            case 5 -> mapping.sliceBits(underlay.last().bits()) | inSlice;
            case 6 ->
                anyOf(
                        0,
                        -1,
                        random.nextInt(),
                        mapping.overlay().network().bits() - 1,
                        mapping.overlay().last().bits() + 1);
            default ->
                mapping.overlay().network().bits()
                        | random.nextInt() & ~mapping.overlay().mask();
        };
    }

    private int anyOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }
}
