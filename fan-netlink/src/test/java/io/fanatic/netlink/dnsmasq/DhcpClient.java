package io.fanatic.netlink.dnsmasq;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;

/**
 * As much of a DHCP client (RFC 2131) as a test needs: discover, offer, request, acknowledgement. It runs on a thread inside
 * the client's namespace, whose interface is up, has no address, and a route to 255.255.255.255.
 */
final class DhcpClient {
    private static final int MAGIC = 0x63825363;
    private static final int XID = 0x0fa00fa0;
    private static final long PATIENCE_MILLIS = 60_000;
    private static final int DISCOVER = 1;
    private static final int OFFER = 2;
    private static final int REQUEST = 3;
    private static final int ACK = 5;
    private static final int NAK = 6;
    private static final int RAPID_COMMIT = 80;

    /** What the server gave. */
    record Lease(Ipv4Address address, Map<Integer, byte[]> options) {
        int number(int option) {
            return new java.math.BigInteger(1, options.get(option)).intValue();
        }
    }

    private DhcpClient() {}

    static Lease lease(MacAddress mac) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            channel.bind(new InetSocketAddress("0.0.0.0", 68));
            Lease offer = exchange(channel, mac, DISCOVER, OFFER, new byte[0]);
            ByteBuffer wish = ByteBuffer.allocate(12);
            wish.put((byte) 50).put((byte) 4).putInt(offer.address().bits());
            wish.put((byte) 54).put((byte) 4).putInt(offer.number(54));
            Lease lease = exchange(channel, mac, REQUEST, ACK, wish.array());
            assertThat(lease.address()).isEqualTo(offer.address());
            return lease;
        }
    }

    /** Asks for an address without an offer before it (RFC 4039), as networkd and dhcpcd do. */
    static Lease leaseAtOnce(MacAddress mac) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            channel.bind(new InetSocketAddress("0.0.0.0", 68));
            return exchange(channel, mac, DISCOVER, ACK, new byte[] {RAPID_COMMIT, 0});
        }
    }

    /** What it would be offered; it takes nothing. */
    static Ipv4Address offer(MacAddress mac) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            channel.bind(new InetSocketAddress("0.0.0.0", 68));
            return exchange(channel, mac, DISCOVER, OFFER, new byte[0]).address();
        }
    }

    /** Asks for an address that it has, as a client does when half of its lease is over, or when it starts again. */
    static Lease renew(MacAddress mac, Ipv4Address address) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
            channel.bind(new InetSocketAddress("0.0.0.0", 68));
            ByteBuffer wish = ByteBuffer.allocate(6);
            wish.put((byte) 50).put((byte) 4).putInt(address.bits());
            return exchange(channel, mac, REQUEST, ACK, wish.array());
        }
    }

    private static Lease exchange(DatagramChannel channel, MacAddress mac, int type, int answer, byte[] options)
            throws IOException {
        ByteBuffer message = ByteBuffer.allocate(400);
        message.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(XID);
        message.putShort((short) 0).putShort((short) 0x8000);
        message.position(28);
        for (int i = 0; i < 6; i++) {
            message.put((byte) mac.octet(i));
        }
        message.position(236);
        message.putInt(MAGIC).put((byte) 53).put((byte) 1).put((byte) type).put(options);
        message.put((byte) 55)
                .put((byte) 3)
                .put((byte) 1)
                .put((byte) 3)
                .put((byte) 6)
                .put((byte) 255);
        message.position(0);
        channel.configureBlocking(true);
        channel.send(message, new InetSocketAddress("255.255.255.255", 67));
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
            while (System.nanoTime() < end) {
                selector.select(1000);
                ByteBuffer reply = ByteBuffer.allocate(1500);
                SocketAddress server = channel.receive(reply);
                if (server != null && reply.flip().remaining() > 240 && reply.getInt(4) == XID) {
                    assertThat(((InetSocketAddress) server).getPort()).isEqualTo(67);
                    Lease lease = read(reply);
                    if (lease.number(53) == answer) {
                        return lease;
                    }
                    assertThat(lease.number(53)).as("the server refused (NAK)").isNotEqualTo(NAK);
                }
            }
        }
        throw new AssertionError("no DHCP message of type " + answer + " within " + PATIENCE_MILLIS + " ms");
    }

    private static Lease read(ByteBuffer reply) {
        Map<Integer, byte[]> options = new HashMap<>();
        reply.position(240);
        while (reply.hasRemaining()) {
            int option = reply.get() & 0xff;
            if (option == 255) {
                break;
            }
            if (option != 0) {
                byte[] value = new byte[reply.get() & 0xff];
                reply.get(value);
                options.put(option, value);
            }
        }
        return new Lease(Ipv4Address.of(reply.getInt(16)), options);
    }
}
