package io.fanatic.harness.report;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who was there.
 *
 * @param fans the overlays and what they lie on
 * @param hosts in the order in which they shall be shown
 */
public record Topology(List<FanMapping> fans, List<Host> hosts) {

    /** Nobody is known by name. */
    public static final Topology UNKNOWN = new Topology(List.of(), List.of());

    /**
     * Copies the lists and checks the names.
     *
     * @throws IllegalArgumentException when two hosts or containers have one name
     */
    public Topology {
        fans = List.copyOf(fans);
        hosts = List.copyOf(hosts);
        hostsByNode(hosts);
    }

    /**
     * A host.
     *
     * @param name no other host's or container's
     * @param underlayAddress its address on the underlay
     * @param overlayAddresses the host addresses of its slices, one for each fan that it takes part in
     * @param containers those that are known
     */
    public record Host(
            String name, Ipv4Address underlayAddress, List<Ipv4Address> overlayAddresses, List<Container> containers) {
        /** Copies the lists. */
        public Host {
            overlayAddresses = List.copyOf(overlayAddresses);
            containers = List.copyOf(containers);
        }
    }

    /**
     * A container.
     *
     * @param name no other host's or container's
     * @param address in the overlay
     */
    public record Container(String name, Ipv4Address address) {}

    /** {@return for the name of each host and each container the name of the host} */
    public Map<String, String> hostsByNode() {
        return hostsByNode(hosts);
    }

    private static Map<String, String> hostsByNode(List<Host> hosts) {
        Map<String, String> owners = new HashMap<>();
        for (Host host : hosts) {
            put(owners, host.name(), host.name());
            host.containers().forEach(container -> put(owners, container.name(), host.name()));
        }
        return owners;
    }

    private static void put(Map<String, String> owners, String node, String host) {
        if (owners.put(node, host) != null) {
            throw new IllegalArgumentException("two hosts or containers are called " + node);
        }
    }

    /** {@return how many containers there are on all hosts} */
    public int containers() {
        return hosts.stream().mapToInt(host -> host.containers().size()).sum();
    }
}
