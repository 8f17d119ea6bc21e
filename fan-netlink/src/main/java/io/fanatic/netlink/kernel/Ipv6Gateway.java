package io.fanatic.netlink.kernel;

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
import java.util.function.BooleanSupplier;

/**
 * The running kernel's {@link Ipv6Outside}. A device forwards what comes in by it when its own {@code force_forwarding} is 1 (Linux 6.17),
 * which leaves router advertisements as they are.
 *
 * <p>Earlier kernels forward by all devices when {@code net.ipv6.conf.all.forwarding} is 1. Writing that makes each device a router, which
 * ignores router advertisements, and deletes the default routes that came by them where {@code accept_ra} is 1. What a device is matters for
 * this alone, so that each is set back to what it was at once. {@code default.forwarding} is set back, too: whoever else switches
 * {@code all.forwarding} on sets that as well, and has it for himself from then on.
 */
final class Ipv6Gateway {
    private static final Ipv6Prefix LINK_LOCAL = Ipv6Prefix.parse("fe80::/10");
    private static final String ALL = "all";
    private static final String DEFAULT = "default";
    private static final String BY_DEVICE = "net/ipv6/conf/all/force_forwarding";
    private static final Ipv6Prefix LOOPBACK = Ipv6Prefix.parse("::1/128");

    private final ForwardingJournal journal;
    private final FirewallRules firewall;
    private final BooleanSupplier byDevice;

    /** @param byDevice whether the kernel can forward by single devices */
    Ipv6Gateway(ForwardingJournal journal, FirewallRules firewall, BooleanSupplier byDevice) {
        this.journal = journal;
        this.firewall = firewall;
        this.byDevice = byDevice;
    }

    /** Whether the kernel has such switches; that this process may set them is another question, asked each time. */
    static boolean canForwardByDevice() {
        return Sysctl.find(BY_DEVICE).isPresent();
    }

    /**
     * @param bridges of fans
     * @param names of all devices, by index
     */
    Ipv6Outside read(Collection<String> bridges, Map<Integer, String> names) {
        Collection<String> switched = switched(names).values();
        Set<String> fans = new TreeSet<>(bridges);
        Set<String> devices = new TreeSet<>(switched);
        devices.removeAll(fans);
        if (!byDevice.getAsBoolean()) {
            fans.retainAll(switched);
        }
        return new Ipv6Outside(
                firewall.nat(IpFamily.IPV6), on(fans), on(devices), firewall.forwardTable(IpFamily.IPV6));
    }

    private List<String> on(Collection<String> devices) {
        if (!byDevice.getAsBoolean()) {
            // While the journal tells of a switch that was not done to its end, there is something to do.
            return isOurs() && journal.everywhere().isEmpty() ? List.copyOf(new TreeSet<>(devices)) : List.of();
        }
        List<String> on = new ArrayList<>();
        for (String device : new TreeSet<>(devices)) {
            if (Sysctl.isOn(of(device))) {
                on.add(device);
            }
        }
        return on;
    }

    private static boolean isOn(String device) {
        return Sysctl.isOn(forwarding(device));
    }

    /** Whether all devices forward, and because of us. */
    private boolean isOurs() {
        return !byDevice.getAsBoolean()
                && journal.switched().isPresent()
                && isOn(ALL)
                && (!isOn(DEFAULT) || journal.everywhere().isPresent());
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
        if (!byDevice.getAsBoolean()) {
            // A neighbour that knows a device's link-local address sends by it.
            devices.addAll(names.values());
            devices.remove("lo");
        }
        for (InterfaceAddress address : new Addresses(socket).list(IpFamily.IPV6)) {
            String name = names.get(address.index());
            if (name != null && !LINK_LOCAL.contains(address.address()) && !LOOPBACK.contains(address.address())) {
                devices.add(name);
            }
        }
        devices.removeIf(name -> !ForwardTable.canName(name) || !LinkState.isName(name));
        List<String> usable = wayOut ? List.copyOf(devices) : List.of();
        List<String> others = new ArrayList<>(on(usable));
        others.removeAll(switched(names).values());
        boolean ours = isOurs();
        boolean single = byDevice.getAsBoolean();
        // A container may see /proc/sys read-only.
        boolean possible =
                single ? Sysctl.isWritable(BY_DEVICE) : ours || Sysctl.isWritable(forwarding(ALL)) && !isOn(DEFAULT);
        return new Ipv6Outside.Host(isOn(ALL) && !ours, possible, single, usable, others);
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
        if (byDevice.getAsBoolean()) {
            forward(wanted, names, bridges);
        } else {
            forwardByAll(wanted, names);
        }
        if (wanted.nat().isEmpty()) {
            firewall.replaceNat(IpFamily.IPV6, List.of());
        }
        if (wanted.closed().isEmpty()) {
            firewall.replaceForwardTable(IpFamily.IPV6, List.of());
        }
    }

    private void forward(Ipv6Outside wanted, Map<Integer, String> names, Collection<String> bridges) {
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
    }

    private void forwardByAll(Ipv6Outside wanted, Map<Integer, String> names) {
        Set<String> all = new TreeSet<>(wanted.devices());
        all.addAll(wanted.bridges());
        Map<Integer, String> on = new TreeMap<>(names);
        on.values().retainAll(all);
        if (!on.isEmpty()) {
            journal.switched(on);
            settle(names.values());
            if (!isOn(ALL)) {
                turn(true, new TreeSet<>(wanted.bridges()), names.values());
            }
        } else if (journal.switched().isPresent()) {
            boolean ours = isOurs();
            settle(names.values());
            if (ours) {
                turn(false, Set.of(), names.values());
            }
            journal.forgetSwitched();
        }
    }

    /** Writes {@code all.forwarding}, while each device keeps what it was. */
    private void turn(boolean on, Set<String> bridges, Collection<String> devices) {
        Set<String> routers = new TreeSet<>(bridges);
        for (String device : devices) {
            if (LinkState.isName(device) && isOn(device)) {
                routers.add(device);
            }
        }
        keepingRoutes(routers, devices, () -> Forwarding.setSwitch(forwarding(ALL), on));
    }

    /**
     * Lets the host say at a bridge that it is a router.
     *
     * @param devices the names of all
     */
    void makeRouter(String bridge, Collection<String> devices) {
        if (!isOn(bridge)) {
            settle(devices);
            keepingRoutes(Set.of(), devices, () -> Sysctl.write(forwarding(bridge), "1"));
        }
    }

    /** The kernel deletes default routes of all devices, whichever becomes a router, unless their accept_ra is 2. */
    private void keepingRoutes(Set<String> routers, Collection<String> devices, Runnable write) {
        List<String> listening = new ArrayList<>();
        for (String device : devices) {
            if (LinkState.isName(device) && Sysctl.isOn(acceptRa(device))) {
                listening.add(device);
            }
        }
        journal.everywhere(new ForwardingJournal.Note(List.copyOf(routers), listening));
        listening.forEach(device -> Forwarding.setSwitch(acceptRa(device), "2"));
        write.run();
        settle(devices);
    }

    /** Ends what {@link #keepingRoutes} has begun, be it in a run that was killed. */
    void settle(Collection<String> devices) {
        Optional<ForwardingJournal.Note> before = journal.everywhere();
        if (before.isEmpty()) {
            return;
        }
        List<String> routers = before.get().devices();
        if (!routers.isEmpty()) {
            Forwarding.setSwitch(forwarding(DEFAULT), false);
            for (String device : devices) {
                if (LinkState.isName(device)) {
                    Forwarding.setSwitch(forwarding(device), routers.contains(device));
                }
            }
        }
        before.get().bridges().forEach(device -> Forwarding.setSwitch(acceptRa(device), "1"));
        journal.forgetEverywhere();
    }

    private static String forwarding(String device) {
        return "net/ipv6/conf/" + device + "/forwarding";
    }

    private static String acceptRa(String device) {
        return "net/ipv6/conf/" + device + "/accept_ra";
    }

    private static String of(String device) {
        if (!LinkState.isName(device)) {
            throw new IllegalArgumentException("\"" + device + "\" is not a device's name");
        }
        return "net/ipv6/conf/" + device + "/force_forwarding";
    }
}
