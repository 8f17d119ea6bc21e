package io.fanatic.harness.lab;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lab shall look like; every address and name follows from it.
 *
 * @param name prefix of the namespaces: letters, digits and dashes, at most {@value #LONGEST_NAME}
 * @param fans the fans that the hosts are made for, at least one, all over one underlay; the first is {@link #mapping}
 * @param addresses the hosts' underlay addresses in the order of their numbers, at least one
 * @param containers how many on each host and fan, at least 0
 * @param underlayMtu bytes of the largest packet between hosts, {@value #MIN_MTU} to {@value #MAX_MTU}
 * @param segmentPrefixLength of the networks that are Ethernet segments, with a router between; the underlay's for one segment
 */
public record LabSpec(
        String name,
        List<FanMapping> fans,
        List<Ipv4Address> addresses,
        int containers,
        int underlayMtu,
        int segmentPrefixLength) {

    /** The name of the lab that {@code fanatic lab} works with. */
    public static final String DEFAULT_NAME = "fanlab";

    /** Characters of a lab's name, at most. */
    public static final int LONGEST_NAME = 40;
    /** The smallest MTU of the underlay, in bytes: what every host must take (RFC 791). */
    public static final int MIN_MTU = 576;
    /** The largest MTU of the underlay, in bytes: IPv4's largest packet. */
    public static final int MAX_MTU = 65535;

    /** More make the names of ports longer than the kernel allows, and the machine slow. */
    static final int MAX_NODES = 250;

    /** A router and two hosts. */
    private static final int LONGEST_SEGMENT = 29;

    private static final Ipv4Prefix UNDERLAY = Ipv4Prefix.parse("10.0.0.0/16");
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");

    /** Networks that are for examples only (RFC 5737), so that no underlay in use is among them; one always is free. */
    private static final List<Ipv4Prefix> EXAMPLE_NETWORKS = List.of(
            Ipv4Prefix.parse("203.0.113.0/24"), Ipv4Prefix.parse("198.51.100.0/24"), Ipv4Prefix.parse("192.0.2.0/24"));

    /**
     * Checks the components, and copies the lists.
     *
     * @throws IllegalArgumentException when the hosts or containers do not fit the networks, saying how many do
     */
    public LabSpec {
        fans = List.copyOf(fans);
        addresses = List.copyOf(addresses);
        if (!name.matches("[a-z0-9][a-z0-9-]{0," + (LONGEST_NAME - 1) + "}")) {
            throw new IllegalArgumentException("\"" + name + "\" cannot name a lab: choose up to " + LONGEST_NAME
                    + " small letters, digits and dashes");
        }
        requireOneUnderlay(fans);
        Ipv4Prefix underlay = fans.get(0).underlay();
        requireHosts(underlay, addresses.size());
        if (segmentPrefixLength < underlay.prefixLength() || segmentPrefixLength > LONGEST_SEGMENT) {
            throw new IllegalArgumentException("the segments of " + underlay + " have a prefix length of "
                    + underlay.prefixLength() + " to " + LONGEST_SEGMENT + ", not " + segmentPrefixLength);
        }
        for (Ipv4Address address : addresses) {
            boolean twice = addresses.indexOf(address) != addresses.lastIndexOf(address);
            Ipv4Prefix segment = Ipv4Prefix.containing(address, segmentPrefixLength);
            if (!underlay.isHost(address) || !segment.isHost(address) || address.equals(router(segment)) || twice) {
                throw new IllegalArgumentException("a host cannot have the address " + address + ": "
                        + (twice
                                ? "two would have it"
                                : "it is no free one of " + (underlay.contains(segment) ? segment : underlay)));
            }
        }
        for (FanMapping fan : fans) {
            Ipv4Prefix slice = new Ipv4Prefix(fan.overlay().network(), fan.slicePrefixLength());
            int most = Math.min(MAX_NODES / fans.size(), hostAddresses(slice) - FanSlice.DEFAULT_HOST_RESERVE);
            if (containers < 0 || containers > most) {
                throw new IllegalArgumentException(
                        "a host of the fan " + fan + " has 0 to " + most + " containers in a lab, not " + containers);
            }
        }
        if (underlayMtu < MIN_MTU || underlayMtu > MAX_MTU) {
            throw new IllegalArgumentException(
                    "an MTU of " + underlayMtu + " is not between " + MIN_MTU + " and " + MAX_MTU);
        }
    }

    /**
     * All hosts on one segment.
     *
     * @param name of the lab
     * @param fans at least one
     * @param addresses of the hosts on the underlay
     * @param containers on each host in each fan, 0 or more
     * @param underlayMtu bytes
     */
    public LabSpec(String name, List<FanMapping> fans, List<Ipv4Address> addresses, int containers, int underlayMtu) {
        this(
                name,
                fans,
                addresses,
                containers,
                underlayMtu,
                fans.isEmpty() ? 0 : fans.get(0).underlay().prefixLength());
    }

    /**
     * One fan, and as many hosts, which get the underlay's first addresses.
     *
     * @param name of the lab
     * @param mapping the fan
     * @param hosts at least 1
     * @param containers on each host, 0 or more
     * @param underlayMtu bytes
     */
    public LabSpec(String name, FanMapping mapping, int hosts, int containers, int underlayMtu) {
        this(name, List.of(mapping), firstAddresses(mapping.underlay(), hosts), containers, underlayMtu);
    }

    private static void requireOneUnderlay(List<FanMapping> fans) {
        if (fans.isEmpty()) {
            throw new IllegalArgumentException("a lab needs a fan");
        }
        for (FanMapping fan : fans) {
            if (!fan.underlay().equals(fans.get(0).underlay())) {
                throw new IllegalArgumentException(
                        "a lab has one underlay, and not both " + fans.get(0).underlay() + " and " + fan.underlay());
            }
        }
        for (int i = 0; i < fans.size(); i++) {
            for (FanMapping other : fans.subList(i + 1, fans.size())) {
                if (fans.get(i).overlay().overlaps(other.overlay())) {
                    throw new IllegalArgumentException("the fans " + fans.get(i) + " and " + other + " overlap");
                }
            }
        }
    }

    private static void requireHosts(Ipv4Prefix underlay, int hosts) {
        // The router takes the last address.
        int most = Math.min(MAX_NODES, hostAddresses(underlay) - 1);
        if (hosts < 1 || hosts > most) {
            throw new IllegalArgumentException("a lab on " + underlay + " has 1 to " + most + " hosts, not " + hosts);
        }
    }

    private static List<Ipv4Address> firstAddresses(Ipv4Prefix underlay, int hosts) {
        requireHosts(underlay, hosts);
        List<Ipv4Address> addresses = new ArrayList<>();
        for (int host = 1; host <= hosts; host++) {
            addresses.add(underlay.network().plus(host));
        }
        return addresses;
    }

    private static int hostAddresses(Ipv4Prefix network) {
        int bits = 32 - network.prefixLength();
        return bits < 2 ? 0 : (1 << Math.min(bits, 30)) - 2;
    }

    /**
     * {@return a lab of three hosts with two containers each, 250.0.0.0/8 over 10.0.0.0/16, MTU 1500}
     *
     * @param name up to {@value #LONGEST_NAME} small letters, digits and dashes
     */
    public static LabSpec named(String name) {
        return new LabSpec(name, FanMapping.of(OVERLAY, UNDERLAY), 3, 2, 1500);
    }

    /**
     * {@return this with another fan, over which the hosts get the first addresses}
     *
     * @param mapping the fan
     */
    public LabSpec withMapping(FanMapping mapping) {
        return new LabSpec(name, mapping, hosts(), containers, underlayMtu);
    }

    /**
     * {@return this with several fans over one underlay, the hosts where they are}
     *
     * @param fans at least one
     */
    public LabSpec withFans(List<FanMapping> fans) {
        return new LabSpec(name, fans, addresses, containers, underlayMtu, segmentPrefixLength);
    }

    /**
     * {@return this with as many hosts, which get the underlay's first addresses}
     *
     * @param hosts at least 1
     */
    public LabSpec withHosts(int hosts) {
        return new LabSpec(
                name, fans, firstAddresses(mapping().underlay(), hosts), containers, underlayMtu, segmentPrefixLength);
    }

    /**
     * {@return this with a host at each of these addresses}
     *
     * @param addresses of the underlay
     */
    public LabSpec withHostsAt(List<Ipv4Address> addresses) {
        return new LabSpec(name, fans, addresses, containers, underlayMtu, segmentPrefixLength);
    }

    /**
     * {@return this with as many containers on each host}
     *
     * @param containers 0 or more
     */
    public LabSpec withContainers(int containers) {
        return new LabSpec(name, fans, addresses, containers, underlayMtu, segmentPrefixLength);
    }

    /**
     * {@return this with another MTU of the underlay}
     *
     * @param bytes {@value #MIN_MTU} to {@value #MAX_MTU}
     */
    public LabSpec withUnderlayMtu(int bytes) {
        return new LabSpec(name, fans, addresses, containers, bytes, segmentPrefixLength);
    }

    /**
     * {@return this with hosts on several Ethernet segments, with a router between them: each network of this prefix length is one}
     *
     * @param prefixLength from the underlay's, with which all hosts are on one segment, to 29
     */
    public LabSpec withSegments(int prefixLength) {
        return new LabSpec(name, fans, addresses, containers, underlayMtu, prefixLength);
    }

    /**
     * {@return the segment of host n, counted from 1}
     *
     * @param host from 1
     */
    Ipv4Prefix segment(int host) {
        return Ipv4Prefix.containing(hostAddress(host), segmentPrefixLength);
    }

    /** {@return the first fan} */
    public FanMapping mapping() {
        return fans.get(0);
    }

    /** {@return how many hosts there are} */
    public int hosts() {
        return addresses.size();
    }

    /**
     * {@return the underlay address of host n, counted from 1: 10.0.0.n, unless it was given another}
     *
     * @param host from 1
     */
    public Ipv4Address hostAddress(int host) {
        return host <= addresses.size()
                ? addresses.get(host - 1)
                : mapping().underlay().network().plus(host);
    }

    /** {@return the address of the way out, the underlay's last} */
    public Ipv4Address routerAddress() {
        return router(mapping().underlay());
    }

    static Ipv4Address router(Ipv4Prefix underlay) {
        return underlay.last().plus(-1);
    }

    /**
     * {@return the address of a machine outside that knows no way to the overlay: 203.0.113.1, or another example
     * address if that one is taken}
     */
    public Ipv4Address outsideAddress() {
        for (Ipv4Prefix network : EXAMPLE_NETWORKS) {
            if (!network.overlaps(mapping().underlay())
                    && fans.stream().noneMatch(fan -> network.overlaps(fan.overlay()))) {
                return network.network().plus(1);
            }
        }
        throw new IllegalStateException("the fans leave no example network free");
    }

    /**
     * {@return the slice of host n, counted from 1, in the first fan}
     *
     * @param host from 1
     */
    public FanSlice slice(int host) {
        return mapping().slice(hostAddress(host));
    }
}
