package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What should happen to a frame of IPv6, in plain Java over the mapping of fan-core, as {@link FanModel} has it for the others. */
record Ipv6Model(FanProgramSpec spec) {
    private static final Ipv6Prefix LINK_LOCAL = Ipv6Prefix.parse("fe80::/10");
    private static final Ipv6Prefix UNSPECIFIED = Ipv6Prefix.parse("::/64");
    private static final int ICMPV6 = 58;

    /** What gate does with a frame. */
    enum Gate {
        PASS,
        TO_THE_TUNNEL,
        TO_A_CONTAINER,
        SPOOFED,
        OTHER
    }

    private Ipv6Mapping mapping() {
        return spec.ipv6().orElseThrow().mapping();
    }

    FanModel.Outcome encap(FanModel.Frame frame) {
        Optional<Counter> refused = parse(frame, Counter.SEND_MALFORMED, Counter.SEND_VLAN);
        if (refused.isPresent()) {
            return new FanModel.Outcome(refused.get(), null);
        }
        Ipv6Address source = source(frame.bytes());
        Ipv6Address destination = destination(frame.bytes());
        if ((frame.bytes()[0] & 1) == 1 || LINK_LOCAL.contains(source) || LINK_LOCAL.contains(destination)) {
            return new FanModel.Outcome(Counter.SEND_IPV6, null);
        } else if (!isLocal(source)) {
            return new FanModel.Outcome(Counter.SEND_SPOOFED, null);
        } else if (!mapping().overlay().contains(destination)) {
            return new FanModel.Outcome(Counter.SEND_OFF_OVERLAY, null);
        }
        Optional<Ipv4Address> owner = owner(destination);
        if (owner.isEmpty()) {
            return new FanModel.Outcome(Counter.SEND_NO_HOST, null);
        } else if (spec.localAddresses().contains(owner.get())) {
            return new FanModel.Outcome(Counter.SEND_OWN_SLICE, null);
        } else if (hopLimit(frame.bytes()) <= 1) {
            return new FanModel.Outcome(Counter.SEND_HOP_LIMIT, null);
        }
        return new FanModel.Outcome(
                Counter.SENT,
                new FanModel.Key(spec.vni(), owner.get(), owner(source).orElseThrow()));
    }

    Counter guard(FanModel.Frame frame, Optional<FanModel.Key> outer) {
        if (outer.isEmpty()) {
            return Counter.RECEIVE_NO_KEY;
        } else if (outer.get().vni() != spec.vni()) {
            return Counter.RECEIVE_OTHER_VNI;
        }
        Optional<Counter> refused = parse(frame, Counter.RECEIVE_MALFORMED, Counter.RECEIVE_VLAN);
        if (refused.isPresent()) {
            return refused.get();
        }
        byte[] bytes = frame.bytes();
        boolean error = bytes[20] == ICMPV6 && bytes.length > 54 && bytes[54] >= 0;
        if (hopLimit(bytes) == 255 && !error) {
            return Counter.RECEIVE_HOP_LIMIT;
        } else if (!isLocal(destination(bytes))) {
            return Counter.RECEIVE_NOT_LOCAL;
        }
        boolean honest = mapping().overlay().contains(source(bytes))
                && !isLocal(source(bytes))
                && owner(source(bytes)).equals(Optional.of(outer.get().remote()));
        return honest ? Counter.RECEIVED : Counter.RECEIVE_SPOOFED;
    }

    /** @param forHost whether the frame is to the host's own Ethernet address */
    Gate gate(FanModel.Frame frame, boolean letIn, boolean forHost) {
        byte[] bytes = frame.bytes();
        if (bytes.length < 54) {
            return Gate.OTHER;
        }
        Ipv6Address source = source(bytes);
        Ipv6Address destination = destination(bytes);
        if (!letIn && isLocal(source)) {
            boolean onward = mapping().overlay().contains(destination) && !isLocal(destination) && forHost;
            return onward ? Gate.TO_THE_TUNNEL : Gate.PASS;
        } else if (!letIn && (LINK_LOCAL.contains(source) || UNSPECIFIED.contains(source))) {
            boolean discovery = bytes[20] == ICMPV6
                    && bytes.length > 54
                    && Arrays.asList(133, 135, 136).contains(bytes[54] & 0xff);
            return discovery ? Gate.PASS : Gate.OTHER;
        } else if (!letIn && !(mapping().overlay().contains(source) && source.low() != 1 && isLocal(destination))) {
            return Gate.SPOOFED;
        }
        return !forHost || destination.low() == 1 ? Gate.PASS : Gate.TO_A_CONTAINER;
    }

    /** Who owns the address, empty when no host can. */
    Optional<Ipv4Address> owner(Ipv6Address address) {
        try {
            return Optional.of(mapping().ownerOf(address));
        } catch (IllegalArgumentException nobody) {
            return Optional.empty();
        }
    }

    private boolean isLocal(Ipv6Address address) {
        for (Ipv4Address local : spec.localAddresses()) {
            if (mapping().sliceOf(local).contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Counter> parse(FanModel.Frame frame, Counter malformed, Counter vlan) {
        byte[] bytes = frame.bytes();
        if (bytes.length < 34) {
            return Optional.of(malformed);
        } else if (frame.vlanInMetadata()) {
            return Optional.of(vlan);
        }
        boolean whole = bytes.length >= 54
                && bytes[14] >> 4 == 6
                && 54 + (ByteBuffer.wrap(bytes).getShort(18) & 0xffff) <= bytes.length;
        return whole ? Optional.empty() : Optional.of(malformed);
    }

    static Ipv6Address source(byte[] frame) {
        return (Ipv6Address) IpAddress.ofOctets(Arrays.copyOfRange(frame, 22, 38));
    }

    static Ipv6Address destination(byte[] frame) {
        return (Ipv6Address) IpAddress.ofOctets(Arrays.copyOfRange(frame, 38, 54));
    }

    private static int hopLimit(byte[] frame) {
        return frame[21] & 0xff;
    }
}
