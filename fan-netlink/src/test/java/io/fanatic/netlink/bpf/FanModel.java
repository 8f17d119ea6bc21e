package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What should happen to a frame, in plain Java over the mapping of fan-core; knows nothing of registers. The order of the
 * questions decides which counter a frame with several faults goes to.
 */
record FanModel(FanProgramSpec spec) {

    /** A frame on its way: what the hardware or the kernel knows beside its bytes. */
    record Frame(byte[] bytes, boolean vlanInMetadata) {}

    /** @param key what encap sets, null when it drops */
    record Outcome(Counter counter, @Nullable Key key) {

        /** The key; where the kernel takes no local address, with 0.0.0.0, which leaves the choice to routing. */
        Optional<Key> keyAsSet(boolean withLocal) {
            return Optional.ofNullable(key)
                    .map(set -> withLocal ? set : new Key(set.vni(), set.remote(), Ipv4Address.of(0)));
        }
    }

    /** The tunnel key in words. */
    record Key(int vni, Ipv4Address remote, Ipv4Address local) {}

    private record Addresses(Ipv4Address source, Ipv4Address destination) {}

    Outcome encap(Frame frame) {
        Object parsed = parse(frame);
        if (parsed instanceof String reason) {
            return new Outcome(counter("SEND_" + reason), null);
        }
        Addresses addresses = (Addresses) parsed;
        FanMapping mapping = spec.mapping();
        if (!isLocal(addresses.source)) {
            return new Outcome(Counter.SEND_SPOOFED, null);
        } else if (!mapping.overlay().contains(addresses.destination)) {
            return new Outcome(Counter.SEND_OFF_OVERLAY, null);
        }
        Ipv4Address owner = owner(addresses.destination);
        if (!isHost(owner)) {
            return new Outcome(Counter.SEND_NO_HOST, null);
        } else if (spec.localAddresses().contains(owner)) {
            return new Outcome(Counter.SEND_OWN_SLICE, null);
        }
        return new Outcome(Counter.SENT, new Key(spec.vni(), owner, owner(addresses.source)));
    }

    /**
     * Why a frame that the bridge gives to its host is dropped; empty when it is not.
     *
     * @param letIn whether it has the mark of guard
     */
    Optional<Counter> gate(Frame frame, boolean letIn) {
        ByteBuffer bytes = ByteBuffer.wrap(frame.bytes);
        int type = bytes.getShort(12) & 0xffff;
        boolean ipv4 = type == 0x0800;
        if (frame.bytes.length < 34 || type == 0x0806 && frame.bytes.length < 42) {
            return Optional.of(Counter.SEND_HOST_OTHER);
        } else if (type == 0x8100 || type == 0x88a8) {
            return Optional.of(Counter.SEND_VLAN);
        } else if (!ipv4 && type != 0x0806) {
            return Optional.of(Counter.SEND_HOST_OTHER);
        }
        boolean fromAnotherHost = letIn
                || ipv4
                        && spec.mapping().overlay().contains(Ipv4Address.of(bytes.getInt(26)))
                        && !isHostAddress(bytes.getInt(26))
                        && isLocal(Ipv4Address.of(bytes.getInt(30)));
        return isFromHere(frame) || fromAnotherHost ? Optional.empty() : Optional.of(Counter.SEND_HOST_SPOOFED);
    }

    /** Whether an address of the overlay is the second of its slice. */
    private boolean isHostAddress(int address) {
        return (address & (1 << 32 - spec.mapping().slicePrefixLength()) - 1) == 1;
    }

    /** Of IPv4 and ARP: whether the sender is a container of this host, or has no address yet. */
    boolean isFromHere(Frame frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame.bytes);
        Ipv4Address source = Ipv4Address.of(bytes.getInt(bytes.getShort(12) == 0x0800 ? 26 : 28));
        return source.bits() == 0 || isLocal(source);
    }

    /** @param outer the tunnel key of the received frame: its VNI and where it came from; empty when it was in no tunnel */
    Counter guard(Frame frame, Optional<Key> outer) {
        if (outer.isEmpty()) {
            return Counter.RECEIVE_NO_KEY;
        } else if (outer.get().vni() != spec.vni()) {
            return Counter.RECEIVE_OTHER_VNI;
        }
        Object parsed = parse(frame);
        if (parsed instanceof String reason) {
            return counter("RECEIVE_" + reason);
        }
        ByteBuffer bytes = ByteBuffer.wrap(frame.bytes);
        if ((bytes.get(6) & 1) == 1 || bytes.getInt(6) == 0 && bytes.getShort(10) == 0) {
            return Counter.RECEIVE_MALFORMED;
        }
        Addresses addresses = (Addresses) parsed;
        FanMapping mapping = spec.mapping();
        if (!isLocal(addresses.destination)) {
            return Counter.RECEIVE_NOT_LOCAL;
        }
        boolean honest = mapping.overlay().contains(addresses.source)
                && isHost(owner(addresses.source))
                && !isLocal(addresses.source)
                && owner(addresses.source).equals(outer.get().remote());
        return honest ? Counter.RECEIVED : Counter.RECEIVE_SPOOFED;
    }

    private boolean isLocal(Ipv4Address address) {
        for (Ipv4Address local : spec.localAddresses()) {
            if (new FanSlice(spec.mapping(), local, FanSlice.DEFAULT_HOST_RESERVE)
                    .cidr()
                    .contains(address)) {
                return true;
            }
        }
        return false;
    }

    private Ipv4Address owner(Ipv4Address overlayAddress) {
        return Ipv4Address.of(spec.mapping().ownerBits(overlayAddress.bits()));
    }

    private boolean isHost(Ipv4Address owner) {
        Ipv4Prefix underlay = spec.mapping().underlay();
        return underlay.prefixLength() >= 31 || !owner.equals(underlay.network()) && !owner.equals(underlay.last());
    }

    /** Addresses, or the name of the reason without its direction. */
    private static Object parse(Frame frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame.bytes);
        int length = frame.bytes.length;
        if (length < 34) {
            return "MALFORMED";
        } else if (frame.vlanInMetadata) {
            return "VLAN";
        }
        switch (bytes.getShort(12) & 0xffff) {
            case 0x0800:
                return parseIpv4(bytes);
            case 0x0806:
                return length < 42 ? "MALFORMED" : parseArp(bytes);
            case 0x86dd:
                return "IPV6";
            case 0x8100:
            case 0x88a8:
                return "VLAN";
            default:
                return "OTHER";
        }
    }

    private static Object parseIpv4(ByteBuffer bytes) {
        int version = bytes.get(14) >> 4 & 15;
        int words = bytes.get(14) & 15;
        int total = bytes.getShort(16) & 0xffff;
        if (version != 4 || words < 5 || total != 0 && words > 5 && total < 4 * words) {
            return "MALFORMED";
        } else if ((bytes.get(0) & 1) == 1) {
            return bytes.getShort(0) == -1 && bytes.getInt(2) == -1 ? "BROADCAST" : "MULTICAST";
        } else if (total < 20 && !(total == 0 && bytes.capacity() > 14 + 65535)) {
            return "MALFORMED";
        } else if (bytes.capacity() < 14 + total) {
            return "MALFORMED";
        }
        return new Addresses(Ipv4Address.of(bytes.getInt(26)), Ipv4Address.of(bytes.getInt(30)));
    }

    private static Object parseArp(ByteBuffer bytes) {
        if (bytes.getShort(14) != 1 || bytes.getShort(16) != 0x0800 || bytes.getShort(18) != 0x0604) {
            return "MALFORMED";
        }
        int operation = bytes.getShort(20);
        boolean otherHardware = bytes.getShort(6) != bytes.getShort(22) || bytes.getInt(8) != bytes.getInt(24);
        boolean group = (bytes.get(0) & 1) == 1 && !(bytes.getShort(0) == -1 && bytes.getInt(2) == -1);
        if (operation != 1 && operation != 2 || otherHardware || group) {
            return "MALFORMED";
        }
        int sender = bytes.getInt(28);
        return sender == 0 ? "ARP_PROBE" : new Addresses(Ipv4Address.of(sender), Ipv4Address.of(bytes.getInt(38)));
    }

    private static Counter counter(String name) {
        return Counter.valueOf(name);
    }
}
