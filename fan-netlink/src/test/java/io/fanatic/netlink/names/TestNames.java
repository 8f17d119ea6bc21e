package io.fanatic.netlink.names;

import io.fanatic.core.FanEntry;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.MemoryKernel;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** What tests of the server share: a fan that exists on paper, containers that a test names, and a plain client. */
final class TestNames {
    /** For what comes. */
    static final int TIMEOUT_MILLIS = 20_000;

    /** For what must not come: the counters show that the query was there. */
    static final int SILENCE_MILLIS = 200;

    private TestNames() {}

    /** The fan 250.0.0.0/8 over 10.0.0.0/16 of a host. @param flags of the fan */
    static Fan fan(String underlayAddress, String... flags) {
        List<String> words = new ArrayList<>(List.of("250.0.0.0/8", underlayAddress + "/16"));
        words.addAll(List.of(flags));
        MemoryKernel kernel =
                MemoryKernel.withEthernet("eth0", new AddressState("eth0", Ipv4Address.parse(underlayAddress), 16));
        return FanNetwork.over(kernel).preview(FanEntry.parse(words));
    }

    /** Containers that come and go as a test says. */
    static final class Listed implements ContainerSource {
        private final String title;
        final List<NamedContainer> containers = new CopyOnWriteArrayList<>();
        volatile Optional<RuntimeException> failure = Optional.empty();

        Listed(String title) {
            this.title = title;
        }

        Listed with(String name, String address, String... aliases) {
            containers.add(new NamedContainer(name, List.of(aliases), List.of(IpAddress.parse(address))));
            return this;
        }

        Listed withBoth(String name, String ipv4, String ipv6) {
            containers.add(new NamedContainer(name, List.of(), List.of(IpAddress.parse(ipv4), IpAddress.parse(ipv6))));
            return this;
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public List<NamedContainer> containers() {
            if (failure.isPresent()) {
                throw failure.get();
            }
            return containers;
        }
    }

    /** Asks by UDP from an address. @return the answer, if one came in time */
    static Optional<byte[]> ask(String from, String server, byte[] query, int millis) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
            socket.setSoTimeout(millis);
            socket.send(new DatagramPacket(query, query.length, new InetSocketAddress(server, NamesSpec.PORT)));
            DatagramPacket answer = new DatagramPacket(new byte[DnsMessage.MAX_BYTES], DnsMessage.MAX_BYTES);
            socket.receive(answer);
            return Optional.of(Arrays.copyOf(answer.getData(), answer.getLength()));
        } catch (SocketTimeoutException silence) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DnsMessage ask(String from, String server, String name, int type) {
        byte[] answer = ask(from, server, DnsWriter.query(4711, name, type), TIMEOUT_MILLIS)
                .orElseThrow(() -> new AssertionError("no answer for " + name));
        return DnsMessage.parse(answer).orElseThrow();
    }

    static DnsMessage askByTcp(String from, String server, String name, int type) {
        return askByTcp(from, server, DnsWriter.query(4712, name, type));
    }

    static DnsMessage askByTcp(String from, String server, byte[] query) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(server, NamesSpec.PORT));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(query.length);
            out.write(query);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return DnsMessage.parse(in.readNBytes(in.readUnsignedShort())).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The addresses in an answer, in words. */
    static List<String> addresses(DnsMessage message) {
        return message.answers().stream()
                .map(answer -> IpAddress.ofOctets(answer.data()).toString())
                .toList();
    }
}
