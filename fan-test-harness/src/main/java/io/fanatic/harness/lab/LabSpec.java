package io.fanatic.harness.lab;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import java.util.List;

/**
 * What a lab shall look like; every address and name follows from it.
 *
 * @param name prefix of the namespaces: letters, digits and dashes, at most {@value #LONGEST_NAME}
 * @param mapping the fan that the hosts are made for
 * @param hosts how many, at least 1
 * @param containers how many on each host, at least 0
 * @param underlayMtu bytes of the largest packet between hosts, {@value #LEAST_MTU} to {@value #MOST_MTU}
 */
public record LabSpec(String name, FanMapping mapping, int hosts, int containers, int underlayMtu) {

    /** The name of the lab that {@code fanatic lab} works with. */
    public static final String DEFAULT_NAME = "fanlab";

    public static final int LONGEST_NAME = 40;
    public static final int LEAST_MTU = 576;
    public static final int MOST_MTU = 65535;

    /** More make the names of ports longer than the kernel allows, and the machine slow. */
    static final int MOST_NODES = 250;

    private static final Cidr UNDERLAY = Cidr.parse("10.0.0.0/16");
    private static final Cidr OVERLAY = Cidr.parse("250.0.0.0/8");

    /** Networks that are for examples only (RFC 5737), so that no underlay in use is among them; one always is free. */
    private static final List<Cidr> EXAMPLE_NETWORKS =
            List.of(Cidr.parse("203.0.113.0/24"), Cidr.parse("198.51.100.0/24"), Cidr.parse("192.0.2.0/24"));

    /** @throws IllegalArgumentException when the hosts or containers do not fit the networks, saying how many do */
    public LabSpec {
        if (!name.matches("[a-z0-9][a-z0-9-]{0," + (LONGEST_NAME - 1) + "}")) {
            throw new IllegalArgumentException("\"" + name + "\" cannot name a lab: choose up to " + LONGEST_NAME
                    + " small letters, digits and dashes");
        }
        // The router takes the last address.
        int mostHosts = Math.min(MOST_NODES, hostAddresses(mapping.underlay()) - 1);
        if (hosts < 1 || hosts > mostHosts) {
            throw new IllegalArgumentException(
                    "a lab on " + mapping.underlay() + " has 1 to " + mostHosts + " hosts, not " + hosts);
        }
        Cidr slice = new Cidr(mapping.overlay().network(), mapping.slicePrefixLength());
        int mostContainers = Math.min(MOST_NODES, hostAddresses(slice) - FanSlice.DEFAULT_HOST_RESERVE);
        if (containers < 0 || containers > mostContainers) {
            throw new IllegalArgumentException("a host of the fan " + mapping + " has 0 to " + mostContainers
                    + " containers in a lab, not " + containers);
        }
        if (underlayMtu < LEAST_MTU || underlayMtu > MOST_MTU) {
            throw new IllegalArgumentException(
                    "an MTU of " + underlayMtu + " is not between " + LEAST_MTU + " and " + MOST_MTU);
        }
    }

    private static int hostAddresses(Cidr network) {
        int bits = 32 - network.prefixLength();
        return bits < 2 ? 0 : (1 << Math.min(bits, 30)) - 2;
    }

    /** Three hosts with two containers each, 250.0.0.0/8 over 10.0.0.0/16, MTU 1500. */
    public static LabSpec named(String name) {
        return new LabSpec(name, FanMapping.of(OVERLAY, UNDERLAY), 3, 2, 1500);
    }

    public LabSpec withMapping(FanMapping mapping) {
        return new LabSpec(name, mapping, hosts, containers, underlayMtu);
    }

    public LabSpec withHosts(int hosts) {
        return new LabSpec(name, mapping, hosts, containers, underlayMtu);
    }

    public LabSpec withContainers(int containers) {
        return new LabSpec(name, mapping, hosts, containers, underlayMtu);
    }

    public LabSpec withUnderlayMtu(int bytes) {
        return new LabSpec(name, mapping, hosts, containers, bytes);
    }

    /** The underlay address of host n, counted from 1: 10.0.0.n. */
    public Ipv4Address hostAddress(int host) {
        return mapping.underlay().network().plus(host);
    }

    /** The address of the way out, the underlay's last. */
    public Ipv4Address routerAddress() {
        return mapping.underlay().last().plus(-1);
    }

    /** A machine outside that knows no way to the overlay: 203.0.113.1, or another example address if that one is taken. */
    public Ipv4Address outsideAddress() {
        for (Cidr network : EXAMPLE_NETWORKS) {
            if (!network.overlaps(mapping.underlay()) && !network.overlaps(mapping.overlay())) {
                return network.network().plus(1);
            }
        }
        throw new IllegalStateException("two networks overlap three");
    }

    /** The slice of host n, counted from 1. */
    public FanSlice slice(int host) {
        return mapping.slice(hostAddress(host));
    }

    /** The address of container m on host n, both counted from 1. */
    public Ipv4Address containerAddress(int host, int container) {
        return slice(host).firstContainerAddress().plus(container - 1);
    }
}
