/** The kernel: netlink, eBPF, nftables, namespaces; and the engine that brings a fan up and takes it down. */
module io.fanatic.netlink {
    requires transitive io.fanatic.core;
    requires static transitive org.jspecify;
    requires org.jnrproject.ffi;
    // jnr-ffi is no module and cannot say that it needs it.
    requires org.objectweb.asm;
    requires com.google.gson;

    exports io.fanatic.netlink;
    exports io.fanatic.netlink.engine;
    exports io.fanatic.netlink.health;
    exports io.fanatic.netlink.host;
    exports io.fanatic.netlink.bpf;
    exports io.fanatic.netlink.libc;
    exports io.fanatic.netlink.route;
    exports io.fanatic.netlink.watch;
    exports io.fanatic.netlink.wire;
}
