package io.fanatic.harness.bench;

import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.BpfMap;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.FdbEntry;
import io.fanatic.netlink.route.ForwardingDatabase;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.route.Rules;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How much the kernel holds for one host. The configured objects come first, the fan's and all others; the last two are caches,
 * which fill with the peers of the last minutes and empty by themselves.
 *
 * @param links interfaces, the loopback included
 * @param addresses IPv4
 * @param routes IPv4, of all tables
 * @param rules IPv4
 * @param neighbours permanent ARP entries
 * @param forwarding permanent or static FDB entries, of bridges and of VXLAN devices
 * @param mapEntries entries of the maps of fan programs on the links
 * @param learnedNeighbours ARP entries that the kernel found out by asking
 * @param learnedForwarding FDB entries that bridges and VXLAN devices picked up from frames
 */
public record StateCount(
        int links,
        int addresses,
        int routes,
        int rules,
        int neighbours,
        int forwarding,
        int mapEntries,
        int learnedNeighbours,
        int learnedForwarding) {

    public static StateCount of(Namespace host) {
        return host.call(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                return here(socket);
            }
        });
    }

    /** The configured state as one number. */
    public int configured() {
        return links + addresses + routes + rules + neighbours + forwarding + mapEntries;
    }

    private static StateCount here(NetlinkSocket socket) {
        List<Link> links = new Links(socket).list();
        List<Neighbour> neighbours = new Neighbours(socket).list();
        List<FdbEntry> forwarding = new ForwardingDatabase(socket).list();
        return new StateCount(
                links.size(),
                new Addresses(socket).list().size(),
                new Routes(socket).list().size(),
                new Rules(socket).list().size(),
                (int) neighbours.stream().filter(Neighbour::permanent).count(),
                (int) forwarding.stream().filter(entry -> !entry.learned()).count(),
                mapEntries(links, new TrafficControl(socket)),
                (int) neighbours.stream()
                        .filter(entry -> !entry.permanent() && !entry.noArp())
                        .count(),
                (int) forwarding.stream().filter(FdbEntry::learned).count());
    }

    private static int mapEntries(List<Link> links, TrafficControl trafficControl) {
        Set<Integer> maps = new HashSet<>();
        for (Link link : links) {
            if (Tcx.isSupported()) {
                for (Tcx.Hook hook : Tcx.Hook.values()) {
                    FanPrograms.attached(link.index(), hook).forEach(program -> maps.add(program.countersMapId()));
                }
            }
            for (TrafficControl.Direction direction : TrafficControl.Direction.values()) {
                for (BpfFilter filter : trafficControl.filters(link.index(), direction)) {
                    maps.add(AttachedProgram.ofId(filter.programId()).countersMapId());
                }
            }
        }
        maps.remove(0); // of programs that are not a fan's
        int entries = 0;
        for (int id : maps) {
            try (BpfMap map = BpfMap.byId(id)) {
                entries += map.info().entries();
            }
        }
        return entries;
    }
}
