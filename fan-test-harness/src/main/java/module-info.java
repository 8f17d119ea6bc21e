/**
 * The proof: probes, the multi-host lab, faults, reports.
 *
 * <p>On a module path start with {@code --add-modules=ALL-MODULE-PATH}: Netty's native libraries are modules, one for each
 * architecture, which no other can require.
 */
@SuppressWarnings("module") // The one that it exports packages to is compiled after it.
module io.fanatic.harness {
    requires transitive io.fanatic.netlink;
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;
    requires com.samskivert.jmustache;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires io.netty.buffer;
    requires io.netty.common;
    // For names of containers, whose server fan-netlink has; optional there.
    requires io.netty.codec;
    requires com.google.gson;
    requires org.jnrproject.ffi;
    requires org.apache.commons.net;
    requires org.yaml.snakeyaml;

    exports io.fanatic.harness.iperf;
    exports io.fanatic.harness.junit;
    exports io.fanatic.harness.lab;
    exports io.fanatic.harness.probe;
    exports io.fanatic.harness.proof;
    exports io.fanatic.harness.reach;
    exports io.fanatic.harness.report;
    exports io.fanatic.harness.report.format;
    exports io.fanatic.harness.scenario;
    exports io.fanatic.harness.serve;
    exports io.fanatic.harness.throughput;

    opens io.fanatic.harness.report.format to
            com.samskivert.jmustache;

    exports io.fanatic.harness.bench to
            io.fanatic.cli;
}
