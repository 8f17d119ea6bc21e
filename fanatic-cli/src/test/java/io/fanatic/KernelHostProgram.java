package io.fanatic;

import io.fanatic.core.FanEntry;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.kernel.RunningKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What runs in the guest of a {@link KernelHost}: it brings up a fan on eth0, with one container, serves echo at both, and does what
 * it is told over TCP.
 *
 * <pre>java ... io.fanatic.KernelHostProgram OVERLAY UNDERLAY-ADDRESS/LENGTH [FLAG]...</pre>
 *
 * It prints {@code ready} and its kernel. A connection brings one request, a line, and takes the answer, a line that is empty when
 * all is well: {@code host ADDRESS} and {@code container ADDRESS} reach that address from there; {@code down} takes the fan down, tells
 * what is not as it was before, and ends the program.
 */
public final class KernelHostProgram {
    static final int PORT = 4711;

    private static final int ECHO = 7;
    private static final String CONTAINER = "c1";
    private static final int CHUNK = 64 << 10;
    private static final int CHUNKS = 16;
    private static final int ICMP_AND_IPV4_HEADERS = 28;
    /** Emulated machines take their time. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private KernelHostProgram() {}

    public static void main(String[] words) throws IOException, InterruptedException {
        FanEntry entry = FanEntry.parse(List.of(words));
        // The kernel loads it when it is needed, and it brings a device of its own, tunl0, which stays.
        sh("modprobe -q ipip || :");
        sh("ip link set eth0 up; ip address add " + words[1] + " dev eth0");
        HostSnapshot before = HostSnapshot.take();
        FanNetwork network = FanNetwork.onThisHost();
        network.up(entry);
        Fan fan = network.list().get(0);
        FanSlice slice = fan.slices().get(0);
        Namespace container = Namespace.create(CONTAINER);
        String address = slice.firstContainerAddress() + "/" + fan.prefixLength();
        sh("ip link add c1 mtu " + fan.mtu() + " type veth peer name eth0 mtu " + fan.mtu() + " netns " + CONTAINER
                + "; ip link set c1 master " + fan.bridge() + " up; ip -n c1 address add " + address
                + " dev eth0; ip -n c1 link set eth0 up; ip -n c1 route add default via " + slice.hostAddress());
        try (ServerSocket requests = new ServerSocket(PORT, 1, inet(slice.underlayAddress()));
                ServerSocket host = serveEcho(Namespace.here(), slice.hostAddress());
                ServerSocket inside = serveEcho(container, slice.firstContainerAddress())) {
            System.out.println("ready " + RunningKernel.read());
            boolean up = true;
            while (up) {
                try (Socket one = requests.accept();
                        BufferedReader request = new BufferedReader(
                                new InputStreamReader(one.getInputStream(), StandardCharsets.UTF_8));
                        PrintStream answer = new PrintStream(one.getOutputStream(), true, StandardCharsets.UTF_8)) {
                    String[] asked = request.readLine().split(" ");
                    switch (asked[0]) {
                        case "host" -> answer.println(reach(Namespace.here(), Ipv4Address.parse(asked[1]), fan.mtu()));
                        case "container" -> answer.println(reach(container, Ipv4Address.parse(asked[1]), fan.mtu()));
                        default -> {
                            up = false;
                            inside.close();
                            host.close();
                            sh("ip link delete c1");
                            container.delete();
                            network.down(entry.overlay(), entry.underlay());
                            answer.println(String.join("; ", before.changesTo(HostSnapshot.take())));
                        }
                    }
                }
            }
        }
        System.exit(0);
    }

    /**
     * Answers echo (RFC 862) over TCP, one connection after the other, until it is closed. Not by Netty, which has no epoll
     * transport on some architectures.
     */
    static ServerSocket serveEcho(Namespace where, Ipv4Address address) {
        ServerSocket echo = where.call(() -> new ServerSocket(ECHO, 1, inet(address)));
        Thread thread = new Thread(() -> answer(echo), "echo " + address);
        thread.setDaemon(true);
        thread.start();
        return echo;
    }

    private static void answer(ServerSocket echo) {
        while (!echo.isClosed()) {
            try (Socket one = echo.accept()) {
                one.getInputStream().transferTo(one.getOutputStream());
            } catch (IOException e) {
                // The asker tells of it, if it is not the end.
                continue;
            }
        }
    }

    private static InetAddress inet(Ipv4Address address) throws IOException {
        return InetAddress.getByName(address.toString());
    }

    /**
     * Three pings that fill the fan's MTU and must not be fragmented, and a megabyte to echo and back.
     *
     * @return what was wrong; empty when nothing
     */
    static String reach(Namespace from, Ipv4Address to, int mtu) throws IOException, InterruptedException {
        String ping = "ping -n -q -c 3 -i 0.2 -W " + PATIENCE.toSeconds() + " -M do -s " + (mtu - ICMP_AND_IPV4_HEADERS)
                + " " + to;
        Process process = new ProcessBuilder(from.command(List.of(ping.split(" "))))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // Also when a single one was lost.
        if (process.waitFor() != 0 || !said.contains(" 0% packet loss")) {
            return said.strip().replace('\n', ' ');
        }
        return from.call(() -> echo(to));
    }

    private static String echo(Ipv4Address to) {
        byte[] chunk = new byte[CHUNK];
        Random random = new Random();
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(inet(to), ECHO), (int) PATIENCE.toMillis());
            for (int i = 0; i < CHUNKS; i++) {
                random.nextBytes(chunk);
                socket.getOutputStream().write(chunk);
                if (!Arrays.equals(socket.getInputStream().readNBytes(CHUNK), chunk)) {
                    return to + " echoed something else";
                }
            }
            return "";
        } catch (IOException e) {
            return "echo of " + to + ": " + e;
        }
    }

    private static void sh(String script) throws IOException, InterruptedException {
        int code = new ProcessBuilder("sh", "-euc", script).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("exit code " + code + ": " + script);
        }
    }
}
