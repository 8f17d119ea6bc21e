package io.fanatic.cli.doctor;

import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.engines.HandedOut;
import io.fanatic.core.Counter;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Share;
import io.fanatic.harness.probe.AddressProbe;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.health.Check;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Finding;
import io.fanatic.netlink.health.Findings;
import io.fanatic.netlink.health.HealthHost;
import io.fanatic.netlink.health.Severity;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.FdbEntry;
import io.fanatic.netlink.route.ForwardingDatabase;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The addresses of this host's containers: each has one of its own, of a slice of this host and of its engine's share. */
final class AddressesCheck implements Check {
    private static final Duration PATIENCE = Duration.ofMillis(200);

    /** Of a larger slice only the addresses are asked for that somebody is known to have. */
    private static final int MAX_ASKED = 1024;

    @Override
    public String name() {
        return "addresses of containers";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.notChecked("who has which address was not asked: it needs root");
            return;
        }
        for (Fan fan : host.fans()) {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                Optional<Link> bridge = new Links(netlink).named(fan.bridge());
                if (bridge.isPresent() && !fan.slices().isEmpty()) {
                    run(fan, bridge.get(), netlink, host, findings);
                }
            } catch (ErrnoException e) {
                findings.notChecked("who has which address of " + fan.bridge() + " was not asked: " + e.getMessage());
            }
        }
    }

    private static void run(Fan fan, Link bridge, NetlinkSocket netlink, HealthHost host, Findings findings) {
        Set<Ipv4Address> known = new TreeSet<>();
        List<Neighbour> set = new ArrayList<>();
        for (Neighbour neighbour : new Neighbours(netlink).list()) {
            if (neighbour.index() == bridge.index() && neighbour.learned()) {
                known.add(neighbour.ipv4());
            } else if (neighbour.index() == bridge.index()
                    && neighbour.permanent()
                    && fan.overlay().contains(neighbour.address())) {
                set.add(neighbour);
            }
        }
        neighbours(fan, set, findings);
        Map<Ipv4Address, String> containers = host.containerAddresses(fan);
        known.addAll(containers.keySet());
        List<DhcpLease> leases = FanNetwork.onThisHost().leases(fan);
        leases.forEach(lease -> known.add(lease.address()));
        Set<MacAddress> answered = new HashSet<>();
        Set<Ipv4Address> found = new HashSet<>();
        boolean all = true;
        for (FanSlice slice : fan.slices()) {
            findings.looked();
            all &= slice.containerAddresses().size() <= MAX_ASKED;
            twice(fan, slice, known, netlink, bridge, answered, found, findings);
            silent(fan, slice, containers, found, findings);
            share(FanAttachment.of(fan, slice), leases, findings);
        }
        if (all && FanNetwork.onThisHost().counters(fan).getOrDefault(Counter.SEND_SPOOFED, 0L) > 0) {
            Map<MacAddress, String> ports = ports(bridge, netlink);
            // Of those that can be looked into, the addresses are known.
            ports.values().removeAll(Set.copyOf(containers.values()));
            otherSlice(fan, ports, answered, findings);
        }
    }

    /** What somebody has set is compared with who answers. */
    private static void neighbours(Fan fan, List<Neighbour> set, Findings findings) {
        if (set.isEmpty()) {
            return;
        }
        List<Ipv4Address> asked = set.stream().map(Neighbour::ipv4).toList();
        Map<Ipv4Address, Set<MacAddress>> holders =
                AddressProbe.holders(fan.bridge(), fan.slices().get(0).hostAddress(), asked, PATIENCE);
        for (Neighbour neighbour : set) {
            Set<MacAddress> answers = holders.getOrDefault(neighbour.address(), Set.of());
            if (answers.contains(neighbour.mac())) {
                continue;
            }
            Finding finding = Finding.of(
                    Code.ARP,
                    fan.overlay().toString(),
                    answers.isEmpty()
                            ? "a neighbour entry was set by hand, and nobody answers for its address"
                            : "a neighbour entry that was set by hand is wrong: this host does not reach "
                                    + neighbour.address(),
                    List.of(neighbour.address() + " is set to " + neighbour.mac() + " on " + fan.bridge() + ", "
                            + (answers.isEmpty()
                                    ? "no answer by ARP"
                                    : answers.iterator().next() + " answers by ARP")),
                    "ip neigh del " + neighbour.address() + " dev " + fan.bridge());
            findings.add(answers.isEmpty() ? finding.as(Severity.WARNING) : finding);
        }
    }

    /** Containers that have an address of the slice and do not answer for it. */
    private static void silent(
            Fan fan, FanSlice slice, Map<Ipv4Address, String> containers, Set<Ipv4Address> found, Findings findings) {
        containers.forEach((address, port) -> {
            if (slice.containerAddresses().contains(address) && !found.contains(address)) {
                findings.add(Finding.of(
                                Code.CONTAINER_PORT,
                                fan.overlay().toString(),
                                "a container of this host does not answer",
                                List.of(address + " behind " + port + " does not answer ARP"),
                                "bridge -d link show dev " + port)
                        .because(Code.ARP, Code.ADDRESS_TWICE, Code.DEVICE_DOWN, Code.BRIDGE));
            }
        });
    }

    /** Behind which port of the bridge an Ethernet address is; the tunnel's are other hosts'. */
    private static Map<MacAddress, String> ports(Link bridge, NetlinkSocket netlink) {
        Map<Integer, Link> links = new HashMap<>();
        new Links(netlink).list().forEach(link -> links.put(link.index(), link));
        Map<MacAddress, String> ports = new HashMap<>();
        for (FdbEntry entry : new ForwardingDatabase(netlink).list()) {
            Link port = links.get(entry.index());
            if (entry.master() == bridge.index()
                    && entry.learned()
                    && port != null
                    && !port.kind().equals("vxlan")) {
                ports.put(entry.mac(), port.name());
            }
        }
        return ports;
    }

    /**
     * Who sends, answers for no address of the slice, and was seen to send under one of others. Which address that is only its own
     * frames would tell.
     */
    private static void otherSlice(
            Fan fan, Map<MacAddress, String> ports, Set<MacAddress> answered, Findings findings) {
        ports.forEach((mac, port) -> {
            if (!answered.contains(mac)) {
                findings.add(Finding.of(
                        Code.ADDRESS_SLICE,
                        fan.overlay().toString(),
                        "a container of this host has no address of its slice, "
                                + fan.slices().get(0).cidr(),
                        List.of(mac + " behind " + port
                                + " answers ARP for none of them, and frames were dropped for their"
                                + " sender's address"),
                        "ip link set " + port + " down"));
            }
        });
    }

    private static void twice(
            Fan fan,
            FanSlice slice,
            Set<Ipv4Address> known,
            NetlinkSocket netlink,
            Link bridge,
            Set<MacAddress> answered,
            Set<Ipv4Address> found,
            Findings findings) {
        List<Ipv4Address> asked = new ArrayList<>();
        Ipv4Range all = slice.containerAddresses();
        if (all.size() <= MAX_ASKED) {
            for (int i = 0; i < all.size(); i++) {
                asked.add(all.first().plus(i));
            }
        } else {
            known.stream().filter(all::contains).limit(MAX_ASKED).forEach(asked::add);
        }
        Map<Ipv4Address, Set<MacAddress>> holders =
                AddressProbe.holders(fan.bridge(), slice.hostAddress(), asked, PATIENCE);
        Map<MacAddress, String> ports = ports(bridge, netlink);
        holders.forEach((address, macs) -> {
            answered.addAll(macs);
            found.add(address);
            if (macs.size() > 1) {
                List<String> evidence = new ArrayList<>();
                macs.forEach(mac -> evidence.add(
                        mac + " behind " + ports.getOrDefault(mac, "an unknown port") + " answers ARP for it"));
                findings.add(Finding.of(
                        Code.ADDRESS_TWICE,
                        fan.overlay().toString(),
                        "the address " + address + " is that of " + macs.size() + " containers",
                        evidence,
                        "ip link set " + ports.getOrDefault(macs.iterator().next(), fan.bridge()) + " down"));
            }
        });
    }

    private static void share(FanAttachment fan, List<DhcpLease> leases, Findings findings) {
        List<HandedOut> engines = HandedOut.on(fan);
        for (HandedOut engine : engines) {
            Share own = HandedOut.share(engine.kind());
            if (fan.dhcp() && reaches(engine, Share.DHCP, fan)) {
                add(fan, engine, Share.DHCP, findings);
            }
            for (HandedOut other : engines) {
                Share theirs = HandedOut.share(other.kind());
                if (own != theirs && reaches(engine, theirs, fan)) {
                    add(fan, engine, theirs, findings);
                }
            }
            for (DhcpLease lease : leases) {
                if (fan.shares()
                        .block(own, fan.slice())
                        .filter(block -> block.contains(lease.address()))
                        .isPresent()) {
                    findings.add(Finding.of(
                            Code.ADDRESS_SHARE,
                            fan.overlay().toString(),
                            "an address of the share of " + own + " is leased by DHCP from when that had another range",
                            List.of(lease.address() + " is leased to " + lease.client() + " (" + lease.name() + ")"),
                            "fanctl show --shares"));
                }
            }
        }
    }

    private static boolean reaches(HandedOut engine, Share share, FanAttachment fan) {
        return fan.shares()
                .range(share, fan.slice())
                .filter(engine.range()::overlaps)
                .isPresent();
    }

    private static void add(FanAttachment fan, HandedOut engine, Share share, Findings findings) {
        findings.add(Finding.of(
                Code.ADDRESS_SHARE,
                fan.overlay().toString(),
                engine.kind().title() + " gives out addresses of the share of " + share,
                List.of(engine.overlaps(fan, share)),
                "fanatic enable-" + engine.kind().word() + fan.options()));
    }
}
