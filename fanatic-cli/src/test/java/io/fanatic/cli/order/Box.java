package io.fanatic.cli.order;

import io.fanatic.cli.container.ContainerNet;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.Optional;

/** A container that runs on the fan. */
record Box(String name, Namespace namespace, Ipv4Address address) {

    /** As soon as it has an address. @param pid the number of its first process */
    static Box of(String name, long pid) {
        Namespace namespace = new Namespace(Path.of("/proc/" + pid + "/ns/net"), Optional.empty());
        return new Box(name, namespace, ContainerNet.await(namespace).address());
    }
}
