package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * What crafted frames of both directions are made of, around a host of the fan 250.0.0.0/8 that has 10.0.0.57 and 10.0.1.7. The same
 * seed gives the same frames.
 */
abstract class Crafted {
    static final int HOST = Frames.bits("10.0.0.57");
    static final int SECOND = Frames.bits("10.0.1.7");

    private static final int TRAILER = 0xfa71c000;

    final Random random;
    final FanModel model;
    private int serial;

    Crafted(FanProgramSpec spec, long seed) {
        model = new FanModel(spec);
        random = new Random(seed);
    }

    /** Whether a frame ends as one that was made here. */
    static boolean isSigned(byte[] frame) {
        return frame.length >= 8 && ByteBuffer.wrap(frame).getInt(frame.length - 8) == TRAILER;
    }

    /** The kernel takes the first tag out of the frame. */
    static byte[] untagged(byte[] frame) {
        byte[] rest = Arrays.copyOf(frame, frame.length - 4);
        System.arraycopy(frame, 16, rest, 12, frame.length - 16);
        return rest;
    }

    /** A host of the fan other than this one. */
    final int owner() {
        int host;
        do {
            host = 0x0a000000 | 2 + random.nextInt(0xfffc);
        } while (host == HOST || host == SECOND);
        return host;
    }

    /** Some address of an owner's slice. */
    final int in(int owner) {
        return 0xfa000000 | owner << 8 & 0xffff00 | random.nextInt(256);
    }

    final int local() {
        return in(random.nextBoolean() ? HOST : SECOND);
    }

    final byte[] ipv4(int source, int destination) {
        return ipv4(source, destination, 5, 16 + random.nextInt(60));
    }

    final byte[] ipv4(int source, int destination, int words, int payload) {
        byte[] bytes = new byte[payload];
        random.nextBytes(bytes);
        return Frames.ipv4(source, destination, words, payload < 8 ? bytes : signed(bytes));
    }

    /** UDP of which every check holds, as NAT passes over what is not. */
    final byte[] datagram(int source, int destination) {
        byte[] payload = new byte[24];
        ByteBuffer.wrap(payload).putShort((short) 5000).putShort((short) 5001).putShort((short) payload.length);
        return Frames.ipv4(source, destination, 5, signed(payload));
    }

    final byte[] arp(int operation, int sender, int target) {
        return signed(Arrays.copyOf(Frames.arp(operation, sender, target), 60));
    }

    final byte[] gratuitous(int address) {
        return Frames.to(Frames.BROADCAST, arp(1, address, address));
    }

    /** A frame with an IPv4 packet from here to there that has another frame in VXLAN in it. */
    final byte[] nested(int source, int destination, byte[] frame) {
        return signed(new Forged(Frames.UNICAST, source, model.spec().vni(), frame)
                .to(destination)
                .frame());
    }

    /** The last bytes tell frames apart. */
    final byte[] signed(byte[] frame) {
        ByteBuffer.wrap(frame).putInt(frame.length - 8, TRAILER).putInt(frame.length - 4, serial++);
        return frame;
    }

    final byte[] longer(byte[] frame) {
        return signed(Arrays.copyOf(frame, frame.length + 1 + random.nextInt(40)));
    }

    static byte[] protocol(int number, byte[] frame) {
        return with(frame, 23, number);
    }

    static byte[] withType(byte[] frame, int type) {
        return withHalf(frame, 12, type);
    }

    static byte[] withHalf(byte[] frame, int offset, int value) {
        byte[] copy = frame.clone();
        ByteBuffer.wrap(copy).putShort(offset, (short) value);
        return copy;
    }

    static byte[] with(byte[] frame, int offset, int value) {
        return Frames.with(frame, offset, value);
    }
}
