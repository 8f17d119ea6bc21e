package io.fanatic.netlink.bpf;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import java.util.ArrayList;
import java.util.List;

/** Fans to emit programs for: the usual one, and every odd shape that the arithmetic allows. */
final class Specs {

    /** The example of all documentation. */
    static final FanProgramSpec USUAL = spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45");

    /** A second underlay address. */
    static final FanProgramSpec TWO_ADDRESSES = spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.45", "10.0.1.7");

    private Specs() {}

    static List<FanProgramSpec> all() {
        List<Ipv4Address> many = new ArrayList<>();
        for (int i = 1; i <= FanProgramSpec.MAX_ADDRESSES; i++) {
            many.add(Ipv4Address.parse("10.0.3." + i));
        }
        return List.of(
                USUAL,
                TWO_ADDRESSES,
                new FanProgramSpec(USUAL.mapping(), 1, many, true),
                new FanProgramSpec(USUAL.mapping(), USUAL.vni(), USUAL.localAddresses(), false),
                spec("252.16.0.0/12", "10.142.0.0/20", "10.142.0.17"),
                spec("252.16.0.0/12", "10.142.0.0/20", "10.142.0.17", "10.142.15.254"),
                spec("250.0.0.0/8", "192.168.1.0/24", "192.168.1.178"),
                spec("250.7.0.0/16", "192.168.1.0/24", "192.168.1.1", "192.168.1.254"),
                spec("250.0.0.0/8", "10.0.0.0/30", "10.0.0.2"),
                spec("250.0.0.0/8", "10.0.0.0/31", "10.0.0.1"),
                spec("250.0.0.0/8", "10.0.0.1/32", "10.0.0.1"),
                spec("248.0.0.0/6", "10.0.0.0/8", "10.0.0.45"),
                spec("250.1.2.0/24", "10.0.0.0/26", "10.0.0.62"));
    }

    /** Devices that IPIP fans share: one fan, several, with several addresses, and each property of the kernel. */
    static List<IpipProgramSpec> ipip() {
        FanProgramSpec withoutLocal = new FanProgramSpec(USUAL.mapping(), 0, USUAL.localAddresses(), false);
        FanProgramSpec small = spec("251.7.0.0/16", "192.168.1.0/24", "192.168.1.1", "192.168.1.254");
        return List.of(
                new IpipProgramSpec(List.of(USUAL), true),
                new IpipProgramSpec(List.of(withoutLocal), false),
                new IpipProgramSpec(List.of(TWO_ADDRESSES), true),
                new IpipProgramSpec(List.of(TWO_ADDRESSES, small), true),
                new IpipProgramSpec(List.of(USUAL, small, spec("252.0.0.0/8", "172.16.0.0/12", "172.16.0.9")), false));
    }

    /** The example of all documentation with its IPv6 overlay. */
    static final FanProgramSpec DUAL = dual(USUAL, "fd00:fa::/48");

    /** Fans with an IPv6 overlay, of every shape that the arithmetic allows. */
    static List<FanProgramSpec> dual() {
        FanProgramSpec wide = spec("248.0.0.0/6", "10.0.0.0/8", "10.0.0.45", "10.200.0.1");
        FanProgramSpec small = spec("250.7.0.0/16", "192.168.1.0/24", "192.168.1.1", "192.168.1.254");
        return List.of(
                DUAL,
                dual(TWO_ADDRESSES, "fd00:fa::/48"),
                dual(new FanProgramSpec(USUAL.mapping(), 1, USUAL.localAddresses(), false), "fd00:fa::/48"),
                dual(USUAL, "fd00:fa00::/32"),
                dual(USUAL, "2001:db8::/29"),
                dual(USUAL, "fd00::/8"),
                dual(wide, "fd12:3456:7800::/40"),
                dual(wide, "fd12:3400::/24"),
                dual(small, "fd00:fa::/48"),
                dual(small, "2001:db8:7:ab00::/56"),
                dual(spec("250.0.0.0/8", "10.0.0.0/31", "10.0.0.1"), "fd00:fa::/63"),
                dual(spec("250.0.0.0/8", "10.0.0.1/32", "10.0.0.1"), "fd00:fa::/64"));
    }

    private static FanProgramSpec dual(FanProgramSpec fan, String overlay) {
        Ipv6Mapping mapping =
                new Ipv6Mapping(Ipv6Prefix.parse(overlay), fan.mapping().underlay());
        Ipv4Address first = fan.localAddresses().get(0);
        return fan.withIpv6(new Ipv6ProgramSpec(
                mapping,
                MacAddress.ofBridge(fan.mapping().overlay(), first),
                MacAddress.ofRouter(fan.mapping().overlay(), first)));
    }

    static FanProgramSpec spec(String overlay, String underlay, String... addresses) {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse(overlay), Ipv4Prefix.parse(underlay));
        List<Ipv4Address> locals = new ArrayList<>();
        for (String address : addresses) {
            locals.add(Ipv4Address.parse(address));
        }
        return new FanProgramSpec(mapping, FanNames.vni(mapping.overlay()), locals, true);
    }
}
