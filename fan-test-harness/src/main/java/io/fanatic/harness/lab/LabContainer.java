package io.fanatic.harness.lab;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;

/**
 * A container of a {@link Lab}: a bare network namespace, joined to its host's fan bridge by {@link Lab#attach}.
 *
 * @param host where it is
 * @param number on that host, counted from 1
 * @param name {@code h1c1}; also the name of its port in the host
 * @param namespace its network namespace
 * @param address its address in the overlay
 */
public record LabContainer(LabHost host, int number, String name, Namespace namespace, Ipv4Address address)
        implements LabNode {}
