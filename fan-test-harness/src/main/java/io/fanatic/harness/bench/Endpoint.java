package io.fanatic.harness.bench;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;

/** One end of a measurement: an address, and the namespace in which it is local. */
public record Endpoint(Namespace namespace, Ipv4Address address) {}
