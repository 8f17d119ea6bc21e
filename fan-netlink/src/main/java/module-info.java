/**
 * The kernel: netlink, eBPF, nftables, namespaces; and the engine that brings a fan up and takes it down.
 *
 * <p>Embedders start at {@link io.fanatic.netlink.FanNetwork}. The packages beneath the engine are exported to fanatic's own
 * modules only.
 */
@SuppressWarnings("module") // Those modules are compiled after this one.
module io.fanatic.netlink {
    requires transitive io.fanatic.core;
    requires static transitive org.jspecify;
    requires org.jnrproject.ffi;
    // jnr-ffi is no module and cannot say that it needs it.
    requires org.objectweb.asm;
    requires com.google.gson;
    // Of the package names alone.
    requires static io.netty.buffer;
    requires static io.netty.codec;
    requires static io.netty.common;
    requires static io.netty.transport;
    requires static io.netty.transport.classes.epoll;

    exports io.fanatic.netlink;
    exports io.fanatic.netlink.engine;
    exports io.fanatic.netlink.health;
    exports io.fanatic.netlink.host;
    exports io.fanatic.netlink.kernel;
    exports io.fanatic.netlink.names;
    exports io.fanatic.netlink.watch;
    exports io.fanatic.netlink.bpf to
            io.fanatic.harness,
            io.fanatic.cli;
    // For its tests.
    exports io.fanatic.netlink.dnsmasq to
            io.fanatic.cli;
    exports io.fanatic.netlink.firewall to
            io.fanatic.cli;
    exports io.fanatic.netlink.libc to
            io.fanatic.harness,
            io.fanatic.cli;
    exports io.fanatic.netlink.route to
            io.fanatic.harness,
            io.fanatic.cli;
    exports io.fanatic.netlink.strongswan to
            io.fanatic.harness,
            io.fanatic.cli;
    exports io.fanatic.netlink.wire to
            io.fanatic.harness,
            io.fanatic.cli;

    // At run time also to the test harness where it is no module: a modular project has it on the class path, since
    // its main module does not require what only its tests need. What is open is not there to compile against.
    opens io.fanatic.netlink.bpf;
    opens io.fanatic.netlink.route;
    opens io.fanatic.netlink.wire;
    // And for the classes that jnr-ffi makes at run time, which implement its interfaces and are in no module.
    opens io.fanatic.netlink.firewall;
    opens io.fanatic.netlink.libc;
}
