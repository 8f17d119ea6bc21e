package io.fanatic.netlink.host;

import io.fanatic.core.IpAddress;
import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.LocalSenders;
import io.fanatic.netlink.bpf.ProgramRecord;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.FdbEntry;
import io.fanatic.netlink.route.ForwardingDatabase;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.route.NextHop;
import io.fanatic.netlink.route.Qdisc;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.route.Rule;
import io.fanatic.netlink.route.Rules;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.VniFilter;
import io.fanatic.netlink.route.VniRange;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the lines of a {@link HostSnapshot} from the calling thread's network namespace. */
final class SnapshotReader implements AutoCloseable {
    private static final Path CONF = Path.of("/proc/sys/net/ipv4/conf");

    private final NetlinkSocket socket = NetlinkSocket.open();
    private final List<String> lines = new ArrayList<>();
    private final Map<Integer, String> names = new HashMap<>();

    List<String> read() {
        List<Link> links = new Links(socket).list();
        for (Link link : links) {
            names.put(link.index(), link.name());
        }
        links.forEach(this::link);
        new Addresses(socket).list().forEach(this::address);
        new Routes(socket).list().forEach(this::route);
        new Rules(socket).list().forEach(this::rule);
        new Neighbours(socket).list().forEach(this::neighbour);
        new ForwardingDatabase(socket).list().forEach(this::forwardingEntry);
        trafficControl();
        tcxPrograms(links);
        vniFilters(links);
        sysctls();
        localSenders();
        Collections.sort(lines);
        nftables();
        return lines;
    }

    private String name(int index) {
        return index == 0 ? "-" : names.getOrDefault(index, "elsewhere");
    }

    private static String text(Optional<? extends IpAddress> address) {
        return address.isPresent() ? address.get().toString() : "-";
    }

    /** A veth's other end may be in another namespace, where its index is somebody else's here. */
    private String lower(Link link) {
        return link.kind().equals("veth") ? "its peer" : name(link.lower());
    }

    private void link(Link link) {
        lines.add("link " + link.name() + " kind " + link.kind() + " mtu " + link.mtu() + " mac " + link.mac()
                + (link.up() ? " up" : " down") + (link.ipv6() ? " ipv6" : "") + " master " + name(link.master())
                + " lower " + lower(link)
                + " group " + link.group() + " alias \"" + ProgramRecord.without(link.alias()) + "\""
                + (link.vxlan().isPresent() ? " " + link.vxlan().get() : ""));
    }

    private void address(InterfaceAddress address) {
        lines.add("address " + name(address.index()) + " " + address.address() + "/" + address.prefixLength() + " peer "
                + address.peer() + " scope " + address.scope() + " flags " + address.flags() + " protocol "
                + address.protocol() + " label " + address.label());
    }

    private void route(Route route) {
        StringBuilder line = new StringBuilder(128);
        line.append("route table ").append(route.table()).append(' ').append(route.destination());
        line.append(" type ").append(route.type()).append(" dev ").append(name(route.outInterface()));
        line.append(" via ").append(text(route.gateway())).append(" src ").append(text(route.preferredSource()));
        line.append(" protocol ").append(route.protocol()).append(" metric ").append(route.metric());
        line.append(" scope ").append(route.scope()).append(" tos ").append(route.tos());
        for (NextHop hop : route.nextHops()) {
            line.append(" hop ").append(name(hop.outInterface())).append(' ').append(text(hop.gateway()));
            line.append(' ').append(hop.weight());
        }
        lines.add(line.toString());
    }

    private void rule(Rule rule) {
        lines.add("rule " + rule);
    }

    private void neighbour(Neighbour neighbour) {
        if (neighbour.permanent()) {
            lines.add("neighbour " + name(neighbour.index()) + " " + neighbour.address() + " " + neighbour.mac());
        }
    }

    private void forwardingEntry(FdbEntry entry) {
        // Multicast entries are the kernel's, of groups that it joins and leaves when it likes.
        boolean multicast = (entry.mac().octet(0) & 1) != 0;
        if (entry.permanent() && !multicast) {
            lines.add("fdb " + name(entry.index()) + " " + entry.mac() + " vlan " + entry.vlan() + " to "
                    + text(entry.destination()) + " vni " + entry.vni() + " master " + name(entry.master()));
        }
    }

    private void trafficControl() {
        TrafficControl tc = new TrafficControl(socket);
        for (Qdisc qdisc : tc.qdiscs()) {
            lines.add("qdisc " + name(qdisc.index()) + " " + qdisc.kind() + " parent "
                    + Integer.toHexString(qdisc.parent()));
            if (qdisc.kind().equals("clsact")) {
                for (TrafficControl.Direction direction : TrafficControl.Direction.values()) {
                    tc.filters(qdisc.index(), direction).forEach(this::filter);
                }
            }
        }
    }

    private void filter(BpfFilter filter) {
        lines.add("filter " + name(filter.index()) + " " + filter.direction() + " priority " + filter.priority()
                + " handle " + filter.handle() + " protocol " + filter.protocol() + " program " + filter.name());
    }

    /** By their names: a number is another one after each replacement. */
    private void tcxPrograms(List<Link> links) {
        if (!Tcx.isSupported()) {
            return;
        }
        for (Link link : links) {
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                for (AttachedProgram program : FanPrograms.attached(link.index(), hook)) {
                    lines.add("tcx " + link.name() + " " + hook + " " + program.name() + " " + program.role());
                }
            }
        }
    }

    private void vniFilters(List<Link> links) {
        for (Link link : links) {
            // Kernels without VNI filters do not know the question either.
            if (link.vxlan().isPresent() && link.vxlan().get().vniFilter()) {
                for (VniRange range : new VniFilter(socket).list()) {
                    lines.add("vni " + name(range.index()) + " " + range.first() + " to " + range.last());
                }
                return;
            }
        }
    }

    private void localSenders() {
        try (LocalSenders senders = LocalSenders.of(NamespaceCookie.number())) {
            senders.ports().forEach(port -> lines.add("UDP port " + port + " for root only"));
        } catch (ErrnoException without) {
            // On a kernel that has none nothing changes.
            return;
        }
    }

    private void sysctls() {
        sysctl("net/ipv4/ip_forward");
        for (String device : entries(CONF)) {
            for (String parameter : entries(CONF.resolve(device))) {
                sysctl("net/ipv4/conf/" + device + "/" + parameter);
            }
            sysctl("net/ipv6/conf/" + device + "/force_forwarding");
        }
    }

    private void sysctl(String key) {
        Optional<String> value = Sysctl.find(key);
        if (value.isPresent()) {
            lines.add("sysctl " + key + " = " + value.get());
        }
    }

    private static List<String> entries(Path directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(file.getFileName().toString());
            }
        } catch (NoSuchFileException gone) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
        return names;
    }

    private void nftables() {
        try (Nftables nftables = Nftables.open()) {
            String table = "";
            for (String line : nftables.ruleset().split("\n", -1)) {
                table = line.startsWith("table ") ? line.replace(" {", "") : table;
                if (!line.isBlank() && !line.equals("}")) {
                    lines.add("nft " + table + ": " + line.strip());
                }
            }
        } catch (FirewallException e) {
            lines.add("nft: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
