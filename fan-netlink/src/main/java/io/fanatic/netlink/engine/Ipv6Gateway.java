package io.fanatic.netlink.engine;

import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The running kernel's {@link Ipv6Outside}. A device forwards what comes in by it when its own {@code force_forwarding} is 1 (Linux 6.17),
 * which leaves router advertisements as they are. {@code net.ipv6.conf.all.forwarding} is never written.
 */
final class Ipv6Gateway {
    private static final Ipv6Prefix LINK_LOCAL = Ipv6Prefix.parse("fe80::/10");
    private static final Ipv6Prefix LOOPBACK = Ipv6Prefix.parse("::1/128");

    private final ForwardingJournal journal;
    private final FirewallRules firewall;

    Ipv6Gateway(ForwardingJournal journal, FirewallRules firewall) {
        this.journal = journal;
        this.firewall = firewall;
    }

    /**
     * @param bridges of fans
     * @param names of all devices, by index
     */
    Ipv6Outside read(Collection<String> bridges, Map<Integer, String> names) {
        return new Ipv6Outside(
                firewall.nat(IpFamily.IPV6),
                on(bridges),
                on(switched(names).values()),
                firewall.forwardTable(IpFamily.IPV6));
    }

    private static List<String> on(Collection<String> devices) {
        List<String> on = new ArrayList<>();
        for (String device : new TreeSet<>(devices)) {
            if (Sysctl.find(of(device)).equals(Optional.of("1"))) {
                on.add(device);
            }
        }
        return on;
    }

    /** Those that we have switched on and that are there. */
    private Map<Integer, String> switched(Map<Integer, String> names) {
        Map<Integer, String> switched = new TreeMap<>(names);
        switched.keySet().retainAll(journal.switched().orElse(List.of()));
        return switched;
    }

    /** @param names of all devices that are not the fans', by index */
    Ipv6Outside.Host host(NetlinkSocket socket, Map<Integer, String> names) {
        Set<String> devices = new TreeSet<>();
        boolean wayOut = false;
        for (Route route : new Routes(socket).list(IpFamily.IPV6)) {
            String name = names.get(route.outInterface());
            if (name != null && route.table() == Route.TABLE_MAIN && route.type() == Route.TYPE_UNICAST) {
                boolean any = route.destination().prefixLength() == 0;
                wayOut |= any;
                if (any || !LINK_LOCAL.overlaps(route.destination())) {
                    devices.add(name);
                }
            }
        }
        for (InterfaceAddress address : new Addresses(socket).list(IpFamily.IPV6)) {
            String name = names.get(address.index());
            if (name != null && !LINK_LOCAL.contains(address.address()) && !LOOPBACK.contains(address.address())) {
                devices.add(name);
            }
        }
        devices.removeIf(name -> !ForwardTable.canName(name) || !ForwardingJournal.isDevice(name));
        List<String> usable = wayOut ? List.copyOf(devices) : List.of();
        List<String> others = new ArrayList<>(on(usable));
        others.removeAll(switched(names).values());
        return new Ipv6Outside.Host(
                Sysctl.find("net/ipv6/conf/all/forwarding").equals(Optional.of("1")),
                Sysctl.isWritable("net/ipv6/conf/all/force_forwarding"),
                usable,
                others);
    }

    /**
     * Makes it so: what filters is there before anything is forwarded, and goes after it.
     *
     * @param names of all devices, by index
     * @param bridges of all fans
     */
    void set(Ipv6Outside wanted, Map<Integer, String> names, Collection<String> bridges) {
        if (!wanted.closed().isEmpty()) {
            firewall.replaceForwardTable(IpFamily.IPV6, wanted.closed());
        }
        if (!wanted.nat().isEmpty()) {
            firewall.replaceNat(IpFamily.IPV6, wanted.nat());
        }
        Map<Integer, String> on = new TreeMap<>(names);
        on.values().retainAll(wanted.devices());
        Map<Integer, String> either = switched(names);
        either.putAll(on);
        if (!either.isEmpty()) {
            journal.switched(either);
        }
        either.values()
                .forEach(device ->
                        Forwarding.setSwitch(of(device), wanted.devices().contains(device)));
        bridges.forEach(
                bridge -> Forwarding.setSwitch(of(bridge), wanted.bridges().contains(bridge)));
        if (on.isEmpty()) {
            journal.forgetSwitched();
        } else {
            journal.switched(on);
        }
        if (wanted.nat().isEmpty()) {
            firewall.replaceNat(IpFamily.IPV6, List.of());
        }
        if (wanted.closed().isEmpty()) {
            firewall.replaceForwardTable(IpFamily.IPV6, List.of());
        }
    }

    private static String of(String device) {
        if (!ForwardingJournal.isDevice(device)) {
            throw new IllegalArgumentException("\"" + device + "\" is not a device's name");
        }
        return "net/ipv6/conf/" + device + "/force_forwarding";
    }
}
