package io.fanatic.harness.lab;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.Counter;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;

/** A fan in thirty lines, without plan or undo. */
record StandInFan() implements FanControl {

    @Override
    public void up(LabHost host) {
        FanMapping mapping = host.slice().mapping();
        host.namespace().run(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                Links links = new Links(netlink);
                int bridge = links.create(NewLink.bridge(FanNames.bridge(mapping.overlay()))
                        .mac(MacAddress.ofBridge(mapping.overlay(), host.underlayAddress()))
                        .mtu(1450)
                        .up());
                int tunnel = links.create(
                        NewLink.externalVxlan(FanNames.tunnel(mapping.overlay()), TunnelType.DEFAULT_VXLAN_PORT, false)
                                .mac(MacAddress.ofTunnel(mapping.overlay(), host.underlayAddress()))
                                .mtu(1450)
                                .master(bridge)
                                .up());
                FanProgramSpec spec = new FanProgramSpec(
                        mapping, FanNames.vni(mapping.overlay()), List.of(host.underlayAddress()), true);
                try (FanPrograms programs = FanPrograms.load(spec)) {
                    programs.attach(tunnel);
                }
                new Addresses(netlink)
                        .add(InterfaceAddress.of(
                                bridge, host.address(), mapping.overlay().prefixLength(), 0));
            }
        });
    }

    @Override
    public void down(LabHost host) {
        FanMapping mapping = host.slice().mapping();
        host.namespace().run(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                Links links = new Links(netlink);
                for (String name : List.of(FanNames.tunnel(mapping.overlay()), FanNames.bridge(mapping.overlay()))) {
                    links.named(name).ifPresent(link -> links.delete(link.index()));
                }
            }
        });
    }

    /** What the programs on the host's tunnel have counted. */
    static long count(LabHost host, Counter counter) {
        return host.namespace().call(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                int tunnel = new Links(netlink)
                        .named(FanNames.tunnel(host.slice().mapping().overlay()))
                        .orElseThrow()
                        .index();
                int map = FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0).countersMapId();
                return FanPrograms.counters(map).getOrDefault(counter, 0L);
            }
        });
    }
}
