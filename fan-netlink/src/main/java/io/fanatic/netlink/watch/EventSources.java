package io.fanatic.netlink.watch;

import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.wire.Notifications;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Everything that tells of changes, in the network namespace of the thread that opened it: descriptors, so that nobody need poll. */
final class EventSources implements AutoCloseable {
    /**
     * linux/rtnetlink.h: RTNLGRP_LINK, _TC, _IPV4_IFADDR, _IPV4_ROUTE, _IPV4_RULE, _IPV6_IFADDR, _IPV6_ROUTE, _IPV6_IFINFO,
     * _IPV4_NETCONF, _IPV6_NETCONF, _TUNNEL. No neighbours, of which a busy host has news all the time.
     */
    private static final int[] ROUTE_GROUPS = {1, 4, 5, 7, 8, 9, 11, 12, 24, 25, 34};

    /** linux/netfilter/nfnetlink.h: NFNLGRP_NFTABLES. */
    private static final int NFTABLES_GROUP = 7;

    /** linux/xfrm.h: XFRMNLGRP_POLICY. */
    private static final int IPSEC_POLICY_GROUP = 4;

    private final Wakeup wakeup = new Wakeup();
    private final Notifications route;
    private final Optional<Notifications> netfilter;
    private final Optional<Notifications> ipsec;
    private final Optional<ProgramEvents> programs = ProgramEvents.open();
    private final DhcpServerMonitor servers;

    EventSources(Path runDirectory, Path stateDirectory) {
        route = Notifications.of(Notifications.ROUTE, ROUTE_GROUPS);
        netfilter = open(Notifications.NETFILTER, NFTABLES_GROUP);
        ipsec = open(Notifications.XFRM, IPSEC_POLICY_GROUP);
        servers = new DhcpServerMonitor(runDirectory, stateDirectory);
    }

    private static Optional<Notifications> open(int protocol, int group) {
        try {
            return Optional.of(Notifications.of(protocol, group));
        } catch (ErrnoException none) {
            // A kernel without nftables brings no fan up, and without IPsec it has no policies.
            return Optional.empty();
        }
    }

    /** Whether a program that is taken off a tcx hook is noticed. */
    boolean seePrograms() {
        return programs.isPresent();
    }

    /** Wakes {@link #await}; from any thread. */
    void wake() {
        wakeup.ring();
    }

    /** From now on watches the DHCP servers of these bridges. */
    void watchServers(Set<String> bridges) {
        servers.watch(bridges);
    }

    /**
     * Waits for something to {@link #read}, or for {@link #wake}.
     *
     * @param timeout empty for as long as it takes
     * @return false when the time was up
     */
    boolean await(Optional<Duration> timeout) {
        List<Integer> descriptors = new ArrayList<>(List.of(wakeup.fd(), route.fd()));
        netfilter.ifPresent(socket -> descriptors.add(socket.fd()));
        ipsec.ifPresent(socket -> descriptors.add(socket.fd()));
        programs.ifPresent(rings -> descriptors.addAll(rings.descriptors()));
        descriptors.addAll(servers.descriptors());
        boolean something = Poller.await(descriptors, timeout);
        wakeup.hush();
        return something;
    }

    /**
     * Reads what has come.
     *
     * @param events is given those that concern the scope, in words
     * @param rulesOfOthers is given changes of others' tables of nftables, which seldom do
     * @return false when some were lost
     */
    boolean read(Scope scope, Consumer<String> events, Consumer<String> rulesOfOthers) {
        EventReader reader = new EventReader(scope, events, rulesOfOthers);
        boolean complete = route.read(reader::route);
        if (netfilter.isPresent()) {
            complete &= netfilter.get().read(reader::netfilter);
        }
        if (ipsec.isPresent()) {
            complete &= ipsec.get().read(reader::ipsec);
        }
        if (programs.isPresent()) {
            complete &= programs.get().read(reader::program);
        }
        servers.read(bridge -> events.accept("the DHCP server of " + bridge + " ended"));
        return complete;
    }

    @Override
    public void close() {
        servers.close();
        programs.ifPresent(ProgramEvents::close);
        ipsec.ifPresent(Notifications::close);
        netfilter.ifPresent(Notifications::close);
        route.close();
        wakeup.close();
    }
}
