package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.probe.FrameSender;
import io.fanatic.harness.probe.LinkFrameSender;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** Who sends plain packets on a fan's segment, with sources in its overlay and no tunnel around them. */
public final class Outsider {
    private static final int TIMES = 5;
    /** Nobody listens there. */
    private static final int PORT = 9;

    private Outsider() {}

    /**
     * None of its packets arrives while the fan's tables are there, and all do without; the fan is to be brought up again afterwards.
     *
     * @param from a host on the segment, which has an underlay device of that name
     * @param host the fan's, with a route to that container
     * @param sources each in the overlay
     * @param shell runs a command in a node
     */
    public static void isNotBelieved(
            LabHost from,
            String device,
            LabHost host,
            LabNode container,
            List<Ipv4Address> sources,
            BiFunction<LabNode, String, String> shell)
            throws IOException {
        String open = shell.apply(
                host,
                "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done;"
                        + " echo 1 >/proc/sys/net/ipv4/ip_forward");
        assertThat(open).isEmpty();
        MacAddress to = MacAddress.parse(
                shell.apply(host, "cat /sys/class/net/" + device + "/address").trim());
        String unheard = "awk '/^Udp: [0-9]/ { print $3 }' /proc/net/snmp";
        String dropped = "nft list table ip fanatic-tunnel | sed -n '/fib saddr/s/.* packets \\([0-9]*\\) .*/\\1/p'";
        long before = Long.parseLong(shell.apply(container, unheard).trim());
        int sent = TIMES * sources.size();

        send(from.namespace(), device, to, sources, container.address());
        await("dropped", () -> shell.apply(host, dropped).trim().equals(String.valueOf(sent)));
        assertThat(Long.parseLong(shell.apply(container, unheard).trim())).isEqualTo(before);

        assertThat(shell.apply(host, "nft delete table ip fanatic-tunnel")).isEmpty();
        send(from.namespace(), device, to, sources, container.address());
        await(
                "without the table they arrive",
                () -> Long.parseLong(shell.apply(container, unheard).trim()) == before + sent);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
        }
    }

    private static void send(
            Namespace from, String device, MacAddress to, List<Ipv4Address> sources, Ipv4Address destination)
            throws IOException {
        try (FrameSender.Open sender = new LinkFrameSender(from, device).open()) {
            for (int i = 0; i < TIMES; i++) {
                for (Ipv4Address source : sources) {
                    sender.send(frame(sender.mac(), to, source, destination));
                }
            }
        }
    }

    private static ByteBuffer frame(MacAddress from, MacAddress to, Ipv4Address source, Ipv4Address destination) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 28);
        frame.putShort((short) (to.bits() >>> 32)).putInt((int) to.bits());
        frame.putShort((short) (from.bits() >>> 32)).putInt((int) from.bits()).putShort((short) 0x0800);
        frame.putInt(0x4500001c)
                .putInt(7 << 16)
                .putInt(0x40110000)
                .putInt(source.bits())
                .putInt(destination.bits());
        frame.putShort((short) 5000).putShort((short) PORT).putInt(8 << 16);
        int sum = 0;
        for (int at = 14; at < 34; at += 2) {
            sum += frame.getShort(at) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return frame.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16))).rewind();
    }
}
