package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.util.List;

/** {@code struct fan} of fan.h: all that the programs of a device know, in the order of the CPU. */
final class Constants {
    static final int MAX_MAPPINGS = 16;
    static final int MAX_NETWORKS = 16;
    private static final int MAX_FILTERS = 2;
    private static final int MAX_PREFIXES = 8;

    private static final int MAPPING = 112;
    private static final int LOCALS = 24;
    private static final int IPV6 = LOCALS + 4 * FanProgramSpec.MAX_ADDRESSES;
    private static final int SCALARS = MAPPING * MAX_MAPPINGS;
    private static final int ON_LINK = SCALARS + 36;
    private static final int RESERVES = ON_LINK + 8 * MAX_NETWORKS;
    private static final int OBSERVATION = RESERVES + 4 * FanProgramSpec.MAX_ADDRESSES;
    private static final int FILTERS = OBSERVATION + 16;
    private static final int PREFIX = 36;
    private static final int FILTER = 8 + PREFIX * MAX_PREFIXES;
    private static final int MACS = FILTERS + FILTER * MAX_FILTERS;
    private static final int SWITCHES = MACS + 18;
    private static final int BYTES = SWITCHES + 7 + 7 & -8;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final ByteBuffer bytes = Native.buffer(BYTES);

    /** Of one fan, or of several that share a device. */
    Constants(List<FanProgramSpec> fans) {
        if (fans.size() > MAX_MAPPINGS) {
            throw new IllegalArgumentException("at most " + MAX_MAPPINGS + " fans share a device");
        }
        for (int i = 0; i < fans.size(); i++) {
            mapping(i * MAPPING, fans.get(i));
        }
        FanProgramSpec first = fans.get(0);
        bytes.putInt(SCALARS, fans.size()).putInt(SCALARS + 4, first.type() == TunnelType.IPIP ? 0 : first.vni());
        flag(3, first.setsLocalAddress());
        int suspicious = 0;
        for (Counter counter : Counter.values()) {
            suspicious |= counter.kind() == Counter.Kind.SUSPICIOUS ? 1 << counter.index() : 0;
        }
        bytes.putInt(OBSERVATION, suspicious);
        first.ipv6().ifPresent(ipv6 -> mac(1, ipv6.bridge()).mac(2, ipv6.router()));
    }

    private void mapping(int at, FanProgramSpec fan) {
        FanMapping mapping = fan.mapping();
        bytes.putInt(at, mapping.overlay().network().bits());
        bytes.putInt(at + 4, mapping.overlay().mask());
        bytes.putInt(at + 8, mapping.underlay().network().bits());
        bytes.putInt(at + 12, mapping.underlay().mask());
        bytes.putInt(at + 16, mapping.shift());
        bytes.putInt(at + 20, fan.localAddresses().size());
        int local = at + LOCALS;
        for (Ipv4Address address : fan.localAddresses()) {
            bytes.putInt(local, address.bits());
            local += Integer.BYTES;
        }
        if (fan.ipv6().isPresent()) {
            Ipv6Mapping ipv6 = fan.ipv6().get().mapping();
            int hostBits = Integer.SIZE - ipv6.underlay().prefixLength();
            bytes.putLong(at + IPV6, ipv6.overlay().network().high());
            bytes.putLong(at + IPV6 + 8, mask(ipv6.overlay().prefixLength()));
            bytes.putInt(
                    at + IPV6 + 16, ipv6.slicePrefixLength() - ipv6.overlay().prefixLength() - hostBits);
        }
    }

    private static long mask(int length) {
        return -1L << Long.SIZE - length;
    }

    Constants port(int port) {
        bytes.putInt(SCALARS + 8, port);
        return this;
    }

    Constants fast(SourcePorts ports) {
        bytes.putInt(SCALARS + 12, ports.first()).putInt(SCALARS + 16, ports.last() - ports.first());
        return flag(2, true);
    }

    Constants devices(int card, int tunnel, int bridge) {
        bytes.putInt(SCALARS + 20, card).putInt(SCALARS + 24, tunnel).putInt(SCALARS + 28, bridge);
        return this;
    }

    /** So many addresses of this host's slices are its own, in the order of the fan's addresses. */
    Constants hostReserves(List<Integer> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            bytes.putInt(RESERVES + Integer.BYTES * i, addresses.get(i));
        }
        return this;
    }

    Constants onLink(List<Ipv4Prefix> networks) {
        bytes.putInt(SCALARS + 32, networks.size());
        for (int i = 0; i < networks.size(); i++) {
            bytes.putInt(ON_LINK + 8 * i, networks.get(i).network().bits());
            bytes.putInt(ON_LINK + 8 * i + 4, networks.get(i).mask());
        }
        return this;
    }

    Constants tunnelMac(MacAddress mac) {
        return mac(0, mac);
    }

    Constants bridgeMac(MacAddress mac) {
        return mac(1, mac);
    }

    private Constants mac(int number, MacAddress mac) {
        for (int i = 0; i < 6; i++) {
            bytes.put(MACS + 6 * number + i, (byte) mac.octet(i));
        }
        return this;
    }

    Constants ethernet() {
        return flag(0, true);
    }

    Constants bridged() {
        return flag(1, true);
    }

    Constants learnsPathMtu(boolean learns) {
        return flag(4, learns);
    }

    Constants deliversIpv6(boolean delivers) {
        return flag(5, delivers);
    }

    Constants translates(boolean translates) {
        return flag(6, translates);
    }

    private Constants flag(int number, boolean on) {
        bytes.put(SWITCHES + number, (byte) (on ? 1 : 0));
        return this;
    }

    /** Has the programs look and tell instead of act. */
    Constants observe(Iterable<Counter> reasons, int fan, List<FanObserver.Filter> filters) {
        int observed = 0;
        for (Counter counter : reasons) {
            observed |= 1 << counter.index();
        }
        bytes.putInt(OBSERVATION + 4, observed).putInt(OBSERVATION + 8, fan).putInt(OBSERVATION + 12, filters.size());
        for (int i = 0; i < filters.size(); i++) {
            int at = FILTERS + FILTER * i;
            FanObserver.Filter filter = filters.get(i);
            bytes.putInt(at, filter.outerSource().map(Ipv4Address::bits).orElse(0));
            bytes.putInt(at + 4, filter.inner().size());
            for (int j = 0; j < filter.inner().size(); j++) {
                prefix(at + 8 + PREFIX * j, filter.inner().get(j));
            }
        }
        return this;
    }

    private void prefix(int at, Prefix prefix) {
        if (prefix instanceof Ipv4Prefix ipv4) {
            bytes.putInt(at, AF_INET);
            bytes.putInt(at + 4, ipv4.network().bits()).putInt(at + 20, ipv4.mask());
        } else if (prefix instanceof Ipv6Prefix ipv6) {
            bytes.putInt(at, AF_INET6);
            ByteBuffer network = ByteBuffer.wrap(ipv6.network().octets());
            for (int word = 0; word < 4; word++) {
                int bits = Math.min(32, Math.max(0, ipv6.prefixLength() - 32 * word));
                bytes.putInt(at + 4 + 4 * word, network.getInt(4 * word));
                bytes.putInt(at + 20 + 4 * word, bits == 0 ? 0 : -1 << 32 - bits);
            }
        }
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** As long as the devices are not made that the programs hand packets to. */
    ByteBuffer withoutDevices() {
        return Native.buffer(BYTES)
                .put(0, bytes, 0, BYTES)
                .putInt(SCALARS + 24, 0)
                .putInt(SCALARS + 28, 0);
    }
}
