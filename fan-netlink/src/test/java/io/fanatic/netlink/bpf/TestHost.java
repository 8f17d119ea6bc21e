package io.fanatic.netlink.bpf;

import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace for one test, built with iproute2; everything in it goes with it. */
final class TestHost implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "fant-" + ProcessHandle.current().pid() + "-bpf" + NUMBER.incrementAndGet();
    private final Namespace namespace = Namespace.create(name);

    /** Of the map in which the programs on this host's tunnel count. */
    int countersMapId;

    /** Without IPv6, whose neighbour discovery would walk through every counter. */
    TestHost() {
        exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
        exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        exec("ip", "link", "set", "lo", "up");
    }

    String name() {
        return name;
    }

    Namespace namespace() {
        return namespace;
    }

    /** Runs {@code ip} with these words, divided by spaces, inside. */
    void ip(String words) {
        exec(("ip " + words).split(" ", -1));
    }

    /** Where bridges filter (br_netfilter), the kernel drops some frames before the programs see them. */
    void withoutBridgeFilter() {
        for (String filter : List.of("iptables", "ip6tables", "arptables")) {
            exec("sysctl", "-qew", "net.bridge.bridge-nf-call-" + filter + "=0");
        }
    }

    /** The index of a device. */
    int index(String device) {
        String line = exec("ip", "-o", "link", "show", "dev", device);
        return Integer.parseInt(line.substring(0, line.indexOf(':')));
    }

    String exec(String... command) {
        return FreshNamespace.exec(namespace, command);
    }

    @Override
    public void close() {
        namespace.delete();
    }
}
