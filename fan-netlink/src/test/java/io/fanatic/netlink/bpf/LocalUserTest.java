package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process without privileges on a host sends frames to the tunnel's port of another host.
 *
 * <pre>
 *   here                                            there
 *   und 10.0.0.45/16 ------------------------------ und 10.0.0.56/16
 *                                                   fan-250 ---- port ---- in 250.0.56.9
 * </pre>
 */
@KernelTest
class LocalUserTest {
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    /** One that no other test has. */
    private static final int PORT = 28472;

    private static final int NOBODY = 65534;
    private static final int TIMES = 20;
    private static final int INNER_ID = 14 + 20 + 8;
    private static final String ADDRESS = "10.0.0.56";
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:99");
    private static final Ipv4Prefix OVERLAY = Ipv4Prefix.parse("250.0.0.0/8");
    private static final Ipv4Prefix SECOND = Ipv4Prefix.parse("251.0.0.0/8");

    /** Sends a datagram 20 times in one way; prints how many were refused. */
    private static final String SCRIPT = """
            import ctypes, socket, struct, sys
            way, address, port, data = sys.argv[1], sys.argv[2], int(sys.argv[3]), bytes.fromhex(sys.argv[4])
            v6 = way.endswith('6')
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
            to = ('::ffff:' + address if v6 else address, port)
            libc = ctypes.CDLL(None, use_errno=True)
            def sendmmsg():
                sockaddr = ctypes.create_string_buffer(struct.pack('=H', 2) + struct.pack('!H', port)
                        + socket.inet_aton(address) + bytes(8), 16)
                text = ctypes.create_string_buffer(data, len(data))
                vector = ctypes.create_string_buffer(struct.pack('=QQ', ctypes.addressof(text), len(data)), 16)
                message = struct.pack('=QIIQQQQiIII', ctypes.addressof(sockaddr), 16, 0, ctypes.addressof(vector), 1, 0, 0, 0, 0, 0, 0)
                if libc.sendmmsg(s.fileno(), message, 1, 0) != 1:
                    raise OSError(ctypes.get_errno(), 'sendmmsg')
            refused = 0
            for i in range(20):
                try:
                    if way.startswith('connect'):
                        s.connect(to)
                        s.send(data)
                    elif way == 'sendmmsg':
                        sendmmsg()
                    elif way.startswith('sendmsg'):
                        s.sendmsg([data], [], 0, to)
                    else:
                        s.sendto(data, to)
                except PermissionError:
                    refused += 1
            print(refused)
            """;

    private static final List<String> WAYS =
            List.of("sendto", "sendto6", "connect", "connect6", "sendmsg", "sendmsg6", "sendmmsg");

    private static final int[] HOOKS = {10, 11, 14};
    private static final int OURS = 10;
    private static final int FOREIGN_HOOK = 14;
    private static final int ALLOW_MULTI = 2;
    private static final int O_CLOEXEC = 02000000;
    private static final String FOREIGN = "fant_foreign";

    @TempDir
    Path directory;

    private final TestHost here = new TestHost();
    private final TestHost there = new TestHost();
    private final TestHost container = new TestHost();
    private PacketSocket inside;

    @BeforeEach
    void bringUp() {
        assumeTrue(KernelFeatures.ofThisKernel().has(KernelFeature.LOCAL_USERS), "this kernel has no local-users");
        here.ip("link add und type veth peer name und netns " + there.name());
        for (TestHost host : List.of(here, there)) {
            host.ip("link set und up");
            host.ip("address add " + (host == here ? "10.0.0.45" : ADDRESS) + "/16 dev und");
            up(host, OVERLAY);
        }
        there.ip("link add port type veth peer name in netns " + container.name());
        there.ip("link set port master fan-250 up");
        container.ip("address add 250.0.56.9/8 dev in");
        container.ip("link set in address " + MAC + " up");
        inside = new PacketSocket(container, "in");
        // Until the port forwards.
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!there.exec("bridge", "link", "show", "dev", "port").contains("state forwarding")) {
            assertThat(System.nanoTime()).as("the port forwards").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @AfterEach
    void removeTheHosts() {
        if (inside != null) {
            inside.close();
        }
        for (TestHost each : List.of(container, there, here)) {
            each.close();
        }
    }

    private FanNetwork network(TestHost host) {
        Path own = directory.resolve(host.name());
        return FanNetwork.onThisHost().in(host.namespace()).keepingStateIn(own.resolve("run"), own.resolve("state"));
    }

    private void up(TestHost host, Ipv4Prefix overlay) {
        network(host).up(FanEntry.parse(List.of(overlay.toString(), "10.0.0.0/16", "port", String.valueOf(PORT))));
    }

    private void down(TestHost host, Ipv4Prefix overlay) {
        network(host).down(overlay, UnderlaySpec.parse("10.0.0.0/16"));
    }

    /** How many of the datagrams were refused. */
    private static int send(TestHost host, int user, String way, String address, int port, byte[] data) {
        String id = String.valueOf(user);
        String hex = HexFormat.of().formatHex(data);
        return Integer.parseInt(host.exec(
                        "setpriv",
                        "--reuid",
                        id,
                        "--regid",
                        id,
                        "--clear-groups",
                        "/usr/bin/python3",
                        "-c",
                        SCRIPT,
                        way,
                        address,
                        String.valueOf(port),
                        hex)
                .strip());
    }

    private static byte[] frame(int id) {
        byte[] inner = Frames.to(
                MAC.bits(),
                Frames.ipv4(
                        Frames.bits("250.0.45.2"),
                        Frames.bits("250.0.56.9"),
                        5,
                        ByteBuffer.allocate(12)
                                .putShort((short) 9001)
                                .putShort((short) 9000)
                                .putShort((short) 12)
                                .putShort((short) 0)
                                .putInt(id)
                                .array()));
        return ByteBuffer.allocate(8 + inner.length)
                .putInt(0x08000000)
                .putInt(Specs.USUAL.vni() << 8)
                .put(inner)
                .array();
    }

    /** How many of each have come since, until the mark, which root sends. */
    private TreeMap<Integer, Integer> arrived(int mark) {
        assertThat(send(here, 0, "sendto", ADDRESS, PORT, frame(mark)))
                .as("refused to root")
                .isZero();
        TreeMap<Integer, Integer> counts = new TreeMap<>();
        int marks = 0;
        while (marks < TIMES) {
            byte[] frame = inside.receive(
                    "the mark",
                    each -> each.length >= INNER_ID + 4 && each[12] == 8 && each[13] == 0 && each[23] == 17);
            int id = ByteBuffer.wrap(frame).getInt(INNER_ID);
            if (id == mark) {
                marks++;
            } else {
                counts.merge(id, 1, Integer::sum);
            }
        }
        return counts;
    }

    /** What an unprivileged process sends in each way; the sum of what arrived, and that all else was refused. */
    private int fromNobody(int first) {
        int refused = 0;
        for (int i = 0; i < WAYS.size(); i++) {
            refused += send(here, NOBODY, WAYS.get(i), ADDRESS, PORT, frame(first + i));
        }
        int came = arrived(first + WAYS.size()).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        assertThat(came + refused).isEqualTo(TIMES * WAYS.size());
        return came;
    }

    @Test
    void noFrameOfAnUnprivilegedProcessArrives() {
        int came = fromNobody(1);
        System.out.println("number: frames of a local user that arrived: " + came + " of " + TIMES * WAYS.size());
        assertThat(came).isZero();
    }

    @Test
    void rootsFramesAndThoseToOtherPortsArrive() throws Exception {
        for (int i = 0; i < WAYS.size(); i++) {
            assertThat(send(here, 0, WAYS.get(i), ADDRESS, PORT, frame(100 + i)))
                    .as(WAYS.get(i))
                    .isZero();
        }
        assertThat(arrived(200))
                .hasSize(WAYS.size())
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(TIMES));
        assertArrives(here, there, ADDRESS, PORT + 1);
    }

    /** A container has a network namespace of its own; what it sends to the outside goes by the masquerade. */
    @Test
    void aProcessOfAnotherNamespaceIsNotTouched() throws Exception {
        assertArrives(container, container, "127.0.0.1", PORT);
    }

    private static void assertArrives(TestHost from, TestHost to, String address, int port) throws Exception {
        try (DatagramSocket listener = to.namespace()
                .call(() -> new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), port)))) {
            listener.setSoTimeout(60_000);
            for (String way : WAYS) {
                assertThat(send(from, NOBODY, way, address, port, new byte[] {1}))
                        .as(way)
                        .isZero();
                for (int i = 0; i < TIMES; i++) {
                    listener.receive(new DatagramPacket(new byte[1], 1));
                }
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("not all datagrams came", e);
        }
    }

    @Test
    void theLastFanOfThePortTakesItBack() {
        up(here, SECOND);
        down(here, OVERLAY);
        assertThat(fromNobody(300)).as("with the second fan").isZero();
        assertThat(network(here)
                        .plan(FanEntry.parse(List.of(SECOND.toString(), "10.0.0.0/16", "port", String.valueOf(PORT))))
                        .lines())
                .isEmpty();

        down(here, SECOND);
        assertThat(fromNobody(400)).as("without a fan").isEqualTo(TIMES * WAYS.size());
        assertThat(ports(there)).as("of the other host").containsExactly(PORT);
        there.ip("link delete port");
        down(there, OVERLAY);
        assertThat(names()).doesNotContain("fan_port_" + PORT);
    }

    /** The kernel forgets a namespace with its loopback device; the next fan takes away what it has left. */
    @Test
    void aNamespaceThatEndsWithAFanInItLeavesNothing() {
        try (TestHost stray = new TestHost()) {
            stray.ip("link add und type veth peer name other");
            stray.ip("link set und up");
            stray.ip("address add 10.0.0.45/16 dev und");
            network(stray).up(FanEntry.parse(List.of("252.0.0.0/8", "10.0.0.0/16", "port", String.valueOf(PORT + 1))));
            assertThat(names()).contains("fan_port_" + (PORT + 1));
        }
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (names().contains("fan_port_" + (PORT + 1))) {
            assertThat(System.nanoTime())
                    .as("programs of a namespace that is gone")
                    .isLessThan(end);
            down(here, OVERLAY);
            up(here, OVERLAY);
        }
    }

    @Test
    void whatIsTakenAwayIsRepaired() {
        detach(OURS, "fan_port_" + PORT);
        assertThat(ports(here)).isEmpty();
        up(here, OVERLAY);
        assertThat(fromNobody(500)).isZero();
    }

    /** Attached before the fan, by the same way. */
    @Test
    void programsOfOthersStay() {
        attachForeign();
        try {
            down(here, OVERLAY);
            up(here, OVERLAY);
            assertThat(fromNobody(600)).isZero();
            there.ip("link delete port");
            down(here, OVERLAY);
            down(there, OVERLAY);
            assertThat(names()).contains(FOREIGN).doesNotContain("fan_port_" + PORT);
        } finally {
            detach(FOREIGN_HOOK, FOREIGN);
        }
    }

    private static Set<Integer> ports(TestHost host) {
        return host.namespace().call(() -> {
            try (LocalSenders senders = LocalSenders.of(NamespaceCookie.number())) {
                return senders.ports();
            }
        });
    }

    private static int root() {
        String directory = LocalSenders.directory().orElseThrow();
        return Native.check("open " + directory, Native.open(directory, O_CLOEXEC));
    }

    /** The programs of a hook at the root of cgroup v2. */
    private static List<Integer> ids(int root, int hook) {
        ByteBuffer ids = Native.buffer(4 * 64);
        ByteBuffer attributes = Bpf.attributes()
                .putInt(0, root)
                .putInt(4, hook)
                .putLong(16, Native.address(ids))
                .putInt(24, 64);
        Bpf.call("query", Bpf.PROG_QUERY, attributes, ids);
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < attributes.getInt(24); i++) {
            list.add(ids.getInt(4 * i));
        }
        return list;
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>();
        int root = root();
        for (int hook : HOOKS) {
            for (int id : ids(root, hook)) {
                try (BpfProgram program = BpfProgram.byId(id)) {
                    names.add(program.info().name());
                } catch (ErrnoException gone) {
                    assertThat(gone.errno()).isEqualTo(Errno.ENOENT);
                }
            }
        }
        Native.LIBC.close(root);
        return names;
    }

    /** Lets everything pass. */
    private static void attachForeign() {
        byte[] code = new Assembler(ByteOrder.nativeOrder())
                .add(Alu.MOV.imm(Register.R0, 1), Instruction.exit())
                .bytes();
        int root = root();
        try (BpfProgram program = BpfProgram.loadForCgroup(FOREIGN, code, FOREIGN_HOOK)) {
            ByteBuffer attributes = Bpf.attributes();
            attributes
                    .putInt(0, root)
                    .putInt(4, program.fd())
                    .putInt(8, FOREIGN_HOOK)
                    .putInt(12, ALLOW_MULTI);
            Bpf.call("attach", Bpf.PROG_ATTACH, attributes);
        }
        Native.LIBC.close(root);
    }

    private static void detach(int hook, String name) {
        int root = root();
        for (int id : ids(root, hook)) {
            try (BpfProgram program = BpfProgram.byId(id)) {
                if (program.info().name().equals(name)) {
                    Bpf.call(
                            "detach",
                            Bpf.PROG_DETACH,
                            Bpf.attributes()
                                    .putInt(0, root)
                                    .putInt(4, program.fd())
                                    .putInt(8, hook));
                }
            }
        }
        Native.LIBC.close(root);
    }
}
