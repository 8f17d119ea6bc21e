package io.fanatic.netlink.dnsmasq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.fanatic.core.Delivery;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Shares;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.host.DhcpException;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpRange;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.NamespaceCookie;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DnsmasqTest {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final FanSlice SLICE = FAN.slice(Ipv4Address.parse("10.0.0.45"), 9);
    private static final DhcpServer SERVER =
            DhcpServer.of("br0", 1450, Delivery.BRIDGED, List.of(SLICE), Shares.DEFAULT, List.of());
    private static final MacAddress CLIENT = new MacAddress(0x020000000001L);
    /** How long busybox' udhcpc does nothing after each refusal (NAK). */
    private static final long UDHCPC_SLEEPS_MILLIS = 3000;

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @TempDir
    Path directory;

    Namespace client;
    Path runDir;
    Path stateDir;
    Dnsmasq dnsmasq;

    @BeforeEach
    void makeBridgeWithClient() throws IOException {
        // dnsmasq gives up root, but opens its files before.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        runDir = directory.resolve("run");
        stateDir = directory.resolve("state");
        dnsmasq = new Dnsmasq(runDir, stateDir);
        client = inside.another();
        inside.sh("ip link add br0 type bridge forward_delay 0");
        inside.sh("ip link add c0 type veth peer name eth0 address " + CLIENT + " netns "
                + client.network().getFileName());
        inside.sh("ip link set c0 master br0 up");
        inside.sh("ip link set br0 up");
        inside.sh("ip addr add 250.0.45.1/8 dev br0");
        FreshNamespace.shIn(client, "ip link set eth0 up");
        FreshNamespace.shIn(client, "ip route add 255.255.255.255 dev eth0");
        // The client asks once.
        forwards("c0");
    }

    @AfterEach
    void stopAll() {
        inside.call(() -> dnsmasq.stop("br0"));
        assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
    }

    @Test
    void aClientGetsAnAddressOfTheSlicePastTheReserveAndAllThatItNeeds() throws IOException {
        start(SERVER);

        DhcpClient.Lease lease = client.call(() -> DhcpClient.lease(CLIENT));

        assertThat(SLICE.cidr().contains(lease.address())).isTrue();
        assertThat(lease.address()).isBetween(Ipv4Address.parse("250.0.45.64"), Ipv4Address.parse("250.0.45.127"));
        assertThat(lease.number(1)).isEqualTo(Ipv4Prefix.mask(8));
        assertThat(lease.number(3)).isEqualTo(Ipv4Address.parse("250.0.45.1").bits());
        assertThat(lease.number(26)).isEqualTo(1450);
        assertThat(lease.options()).doesNotContainKey(6);
        assertThat(Files.readString(stateDir.resolve(stem() + ".leases")))
                .contains(lease.address().toString());
    }

    @Test
    void natDoesNotTouchTheServersAnswers() {
        inside.call(() -> {
            try (Nftables nftables = Nftables.open()) {
                new NatTable(nftables, IpFamily.IPV4).write(List.of(new NatTable.Entry(SLICE.cidr(), FAN.overlay())));
            }
            return true;
        });
        start(SERVER);

        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address()).isNotNull();
    }

    @Test
    void aStartedServerIsFoundAgainWithItsSpecAndStops() {
        DhcpRange second =
                DhcpRange.of(FAN.slice(Ipv4Address.parse("10.0.0.46")), Delivery.BRIDGED, Shares.parse("dhcp:all"));
        DhcpServer two = new DhcpServer(
                "br0",
                1400,
                List.of(DhcpRange.of(SLICE, Delivery.BRIDGED, Shares.DEFAULT), second),
                true,
                List.of(Ipv4Address.parse("10.0.0.53"), Ipv4Address.parse("10.0.0.54")),
                List.of(new DhcpReservation(MacAddress.parse("02:00:00:00:00:21"), Ipv4Address.parse("250.0.45.100"))));
        assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
        start(two);

        Dnsmasq later = new Dnsmasq(runDir, stateDir);
        assertThat(inside.call(() -> later.running("br0"))).contains(two);
        assertThat(inside.call(() -> later.running("br1"))).isEmpty();
        assertThatThrownBy(() -> start(two)).isInstanceOf(DhcpException.class).hasMessageContaining("already runs");
        assertThat(inside.call(() -> later.stop("br0"))).isTrue();
        assertThat(inside.call(() -> later.running("br0"))).isEmpty();
        assertThat(inside.call(() -> later.stop("br0"))).isFalse();
        assertThat(runDir).isEmptyDirectory();
        inside.run(() -> later.forget("br0"));
        assertThat(stateDir).isEmptyDirectory();
    }

    @Test
    void aServerOfAnotherNamespaceIsNotOurs() {
        start(SERVER);

        assertThat(client.call(() -> dnsmasq.running("br0"))).isEmpty();
    }

    @Test
    void aForeignProcessBehindOurPidFileIsNeverTouched() throws IOException {
        Files.createDirectories(runDir);
        Process other = new ProcessBuilder("/bin/sleep", "60").start();
        try {
            Files.writeString(runDir.resolve(stem() + ".pid"), other.pid() + "\n");

            assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
            assertThat(inside.call(() -> dnsmasq.stop("br0"))).isFalse();
            assertThat(other.isAlive()).isTrue();
            assertThat(runDir.resolve(stem() + ".pid")).doesNotExist();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void garbageInThePidFileIsNoServer() throws IOException {
        Files.createDirectories(runDir);
        for (String garbage : List.of("", "x", "-1", "0", "1", "99999999999")) {
            Files.writeString(runDir.resolve(stem() + ".pid"), garbage);
            assertThat(inside.call(() -> dnsmasq.running("br0"))).as(garbage).isEmpty();
        }
    }

    /** dnsmasq gives the file to the user that it runs as. */
    @Test
    void aServerWhosePidFileIsLostOrOverwrittenIsFoundAmongTheProcesses() throws IOException {
        Path file = runDir.resolve(stem() + ".pid");
        for (String content : List.of(
                "", "garbage", "1", Long.toString(ProcessHandle.current().pid()))) {
            start(SERVER);
            ProcessHandle server = server();
            Files.writeString(file, content);

            assertThat(inside.call(() -> dnsmasq.running("br0"))).as(content).contains(SERVER);
            assertThat(inside.call(() -> dnsmasq.stop("br0"))).as(content).isTrue();
            assertThat(server.info().commandLine()).as(content).isEmpty();
        }
        start(SERVER);
        ProcessHandle server = server();
        for (Path each : List.of(file, runDir.resolve(stem() + ".conf"))) {
            Files.delete(each);
            assertThat(inside.call(() -> dnsmasq.process("br0"))).hasValue((int) server.pid());
        }
        assertThat(client.call(() -> dnsmasq.process("br0"))).isEmpty();
        assertThat(inside.call(() -> dnsmasq.stop("br0"))).isTrue();
        assertThat(server.info().commandLine()).isEmpty();
        assertThat(runDir).isEmptyDirectory();
    }

    @Test
    void serversOfTwoNamespacesWithOneBridgeNameAndOneDirectoryDoNotMeet() {
        FreshNamespace.shIn(client, "ip link add br0 type bridge");
        FreshNamespace.shIn(client, "ip link set br0 up");
        FreshNamespace.shIn(client, "ip addr add 250.0.46.1/8 dev br0");
        DhcpServer second = DhcpServer.of(
                "br0",
                1400,
                Delivery.BRIDGED,
                List.of(FAN.slice(Ipv4Address.parse("10.0.0.46"))),
                Shares.DEFAULT,
                List.of());
        start(SERVER);
        client.run(() -> dnsmasq.start(second));

        assertThat(inside.call(() -> dnsmasq.running("br0"))).contains(SERVER);
        assertThat(client.call(() -> dnsmasq.running("br0"))).contains(second);
        assertThat(client.call(() -> dnsmasq.stop("br0"))).isTrue();
        client.run(() -> dnsmasq.forget("br0"));
        assertThat(inside.call(() -> dnsmasq.running("br0"))).contains(SERVER);
        assertThat(inside.call(() -> dnsmasq.stop("br0"))).isTrue();
        inside.run(() -> dnsmasq.forget("br0"));
        assertThat(runDir).isEmptyDirectory();
        assertThat(stateDir).isEmptyDirectory();
    }

    @Test
    void aServerThatAnEarlierVersionStartedIsFoundByItsNameWithoutTheNamespace() throws IOException {
        start(SERVER);
        Path conf = runDir.resolve("dnsmasq-br0.conf");
        String text = Files.readString(runDir.resolve(stem() + ".conf")).replace(stem(), "dnsmasq-br0");
        inside.call(() -> dnsmasq.stop("br0"));
        Files.writeString(conf, text);
        inside.sh("/usr/sbin/dnsmasq --conf-file=" + conf);

        assertThat(inside.call(() -> dnsmasq.running("br0"))).contains(SERVER);
        assertThat(client.call(() -> dnsmasq.running("br0"))).isEmpty();
        assertThat(client.call(() -> dnsmasq.stop("br0"))).isFalse();
        assertThat(inside.call(() -> dnsmasq.stop("br0"))).isTrue();
        assertThat(inside.call(() -> dnsmasq.running("br0"))).isEmpty();
        assertThat(runDir).isEmptyDirectory();
    }

    @Test
    void whatDnsmasqSaysIsWrittenToNoFileThatSomebodyElseMayHaveChosen() throws IOException {
        Files.createDirectories(runDir);
        Path precious = Files.writeString(directory.resolve("precious"), "content");
        for (String name : List.of("dnsmasq-br0", "dnsmasq-nosuch")) {
            Files.createSymbolicLink(runDir.resolve(name + ".log"), precious);
            Files.createSymbolicLink(runDir.resolve(stem().replace("dnsmasq-br0", name) + ".log"), precious);
        }

        start(SERVER);
        assertThatThrownBy(() -> start(new DhcpServer("nosuch", 1450, SERVER.ranges(), false, List.of(), List.of())))
                .hasMessageContaining("unknown interface");

        assertThat(precious).hasContent("content");
        try (var files = Files.newDirectoryStream(Path.of("/proc/" + server().pid() + "/fd"))) {
            assertThat(files)
                    .allSatisfy(file ->
                            assertThat(Files.readSymbolicLink(file).toString()).doesNotContain("memfd"));
        }
    }

    @Test
    void aDirectoryOfSomebodyElseIsRefused() throws IOException {
        for (Path other : List.of(runDir, stateDir)) {
            Files.createDirectories(runDir);
            Files.createDirectories(stateDir);
            Files.setAttribute(other, "unix:uid", 1000);
            assertThatThrownBy(() -> start(SERVER))
                    .isInstanceOf(DhcpException.class)
                    .hasMessageContaining(other + " is a directory of user 1000");
            Files.setAttribute(other, "unix:uid", 0);
        }
    }

    private String stem() {
        return "dnsmasq-br0:" + inside.call(NamespaceCookie::here);
    }

    private ProcessHandle server() {
        int pid = inside.call(() -> dnsmasq.process("br0")).getAsInt();
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Test
    void whatDnsmasqRefusesIsToldAndNothingIsLeft() {
        DhcpServer absent = new DhcpServer("nosuch", 1450, SERVER.ranges(), false, List.of(), List.of());

        assertThatThrownBy(() -> start(absent))
                .isInstanceOf(DhcpException.class)
                .hasMessageContaining("nosuch")
                .hasMessageContaining("status 2")
                .hasMessageContaining("unknown interface");
        assertThat(runDir).isEmptyDirectory();
    }

    @Test
    void withoutDnsmasqTheExceptionNamesThePackage() {
        Dnsmasq missing = new Dnsmasq(runDir, stateDir, directory.toString());

        assertThatThrownBy(() -> missing.start(SERVER))
                .isInstanceOf(DhcpException.class)
                .hasMessageContaining("dnsmasq-base");
        assertThat(runDir).doesNotExist();
    }

    @Test
    void aWholeWideSliceCanBeLeased() {
        FanSlice wide = FanMapping.of(Ipv4Prefix.parse("240.0.0.0/8"), Ipv4Prefix.parse("192.168.1.0/24"))
                .slice(Ipv4Address.parse("192.168.1.45"));

        String conf = DnsmasqConf.write(
                DhcpServer.of("br0", 1450, Delivery.BRIDGED, List.of(wide), Shares.parse("dhcp:all"), List.of()),
                Path.of("/p"),
                Path.of("/l"),
                List.of());

        assertThat(conf)
                .contains("dhcp-range=set:slice0,240.45.0.2,240.45.255.254,255.0.0.0,1h\n")
                .contains("dhcp-lease-max=65533\n");
    }

    @Test
    void aLeaseOutsideTheRangeIsKeptWhenTheRangeMovesAndItsAddressIsNobodyElses() throws IOException {
        // A range of one address, so that it is known which one the next client would be given.
        DhcpRange one = SERVER.ranges().get(0);
        Ipv4Address last = Ipv4Address.parse("250.0.45.200");
        DhcpRange old = new DhcpRange(last, last, 8, one.router(), one.slice());
        start(new DhcpServer("br0", 1450, List.of(old), false, List.of(), List.of()));
        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address()).isEqualTo(last);

        inside.call(() -> dnsmasq.stop("br0"));
        start(SERVER);

        assertThat(inside.call(() -> dnsmasq.leases("br0")))
                .extracting(DhcpLease::client, DhcpLease::address)
                .containsExactly(tuple(CLIENT, last));
        assertThat(client.call(() -> DhcpClient.renew(CLIENT, last)).address())
                .as("a renewal, which a server without the reservation refuses")
                .isEqualTo(last);
        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address())
                .as("the same client after a restart of its own")
                .isEqualTo(last);
        assertThat(client.call(() -> DhcpClient.lease(new MacAddress(0x020000000002L)))
                        .address())
                .isBetween(one.first(), one.last());
    }

    @Test
    void aLeaseThatHasEndedOrLiesInAnotherSliceIsNotKept() throws IOException {
        Files.createDirectories(stateDir);
        long now = System.currentTimeMillis() / 1000;
        Files.writeString(
                stateDir.resolve(stem() + ".leases"),
                (now - 5) + " 02:00:00:00:00:11 250.0.45.200 ended *\n"
                        + (now + 500) + " 02:00:00:00:00:12 250.0.46.200 elsewhere *\n"
                        + (now + 500) + " 02:00:00:00:00:13 250.0.45.9 hosts *\n"
                        + (now + 500) + " 02:00:00:00:00:14 250.0.45.201 kept *\n"
                        + "0 02:00:00:00:00:15 250.0.45.202 * *\n"
                        + (now + 500) + " 02:00:00:00:00:16 250.0.45.80 inside *\n"
                        + (now + 500) + " 06-02:00:00:00:00:17 250.0.45.203 other *\n"
                        + "duid 00:01\n");
        start(SERVER);

        assertThat(Files.readAllLines(runDir.resolve(stem() + ".conf")))
                .filteredOn(line -> line.startsWith("dhcp-host="))
                .containsExactly(
                        "dhcp-host=02:00:00:00:00:14,250.0.45.201", "dhcp-host=02:00:00:00:00:15,250.0.45.202");
        assertThat(inside.call(() -> dnsmasq.running("br0"))).contains(SERVER);
    }

    /** Also where it had another lease before, and the address is outside the range; ethers(5) has lines for others as well. */
    @Test
    void aReservedAddressIsItsClientsAndNobodyElses() throws IOException {
        start(SERVER);
        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address())
                .isNotEqualTo(Ipv4Address.parse("250.0.45.200"));
        inside.call(() -> dnsmasq.stop("br0"));
        Path ethers = Files.writeString(
                directory.resolve("ethers"),
                "# hosts\n02:00:00:00:00:77\tprinter\n" + CLIENT + " 250.0.45.200 # db\n" + CLIENT
                        + " 250.0.45.10\n02:00:00:00:00:78 250.0.45.200\n02:00:00:00:00:79 250.0.46.9\n\nnonsense\n");
        DhcpServer reserving = SERVER.reserving(DhcpReservation.read(ethers));
        assertThat(reserving.reservations())
                .containsExactly(new DhcpReservation(CLIENT, Ipv4Address.parse("250.0.45.200")));
        start(reserving);

        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address()).isEqualTo(Ipv4Address.parse("250.0.45.200"));
        assertThat(inside.call(() -> dnsmasq.running("br0"))).contains(reserving);
        assertThat(DhcpReservation.read(directory.resolve("none"))).isEmpty();
    }

    /** An instance that is gone has not given its lease back; nobody but the instance knows that it is gone. */
    @Test
    void aReservedAddressThatAnotherHasByALeaseIsNotGivenTwice() {
        MacAddress other = new MacAddress(CLIENT.bits() + 1);
        start(SERVER);
        Ipv4Address leased = client.call(() -> DhcpClient.lease(other)).address();
        inside.call(() -> dnsmasq.stop("br0"));
        start(SERVER.reserving(List.of(new DhcpReservation(CLIENT, leased))));

        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).address()).isNotEqualTo(leased);
    }

    @Test
    void aClientIsToldOfTheNameServers() throws IOException {
        start(DhcpServer.of(
                "br0",
                1450,
                Delivery.BRIDGED,
                List.of(SLICE),
                Shares.DEFAULT,
                List.of(Ipv4Address.parse("10.0.0.53"), Ipv4Address.parse("10.0.0.54"))));

        assertThat(client.call(() -> DhcpClient.lease(CLIENT)).options().get(6))
                .containsExactly(10, 0, 0, 53, 10, 0, 0, 54);
    }

    /** Dnsmasq goes by a hash of the Ethernet address, and forgets what it has offered: who takes a lease at once does not meet. */
    @Test
    void clientsWithTheSameHashThatTakeALeaseAtOnceHaveAddressesOfTheirOwn() {
        MacAddress twin = new MacAddress(CLIENT.bits() + 0x0101);
        start(SERVER);
        Ipv4Address offered = client.call(() -> DhcpClient.offer(CLIENT));
        assertThat(client.call(() -> DhcpClient.offer(twin)))
                .as("the hash is the same")
                .isEqualTo(offered);

        Ipv4Address first = client.call(() -> DhcpClient.leaseAtOnce(CLIENT)).address();
        Ipv4Address second = client.call(() -> DhcpClient.leaseAtOnce(twin)).address();

        assertThat(first).isEqualTo(offered);
        assertThat(second).isNotEqualTo(first);
        assertThat(inside.call(() -> dnsmasq.leases("br0")))
                .extracting(DhcpLease::address)
                .containsExactlyInAnyOrder(first, second);
    }

    /**
     * Real clients, each in a namespace of its own. With a ping before each lease, one after the other, none had one after 17 s. Of two
     * whose Ethernet addresses have the same hash, dnsmasq refuses the one that asks for the address later, and udhcpc does nothing for
     * three seconds then, whatever the server does: the only wait that there is.
     */
    @Test
    void sixteenClientsThatStartTogetherHaveAnAddressAtOnceUnlessTheyAreRefusedOne() throws Exception {
        start(SERVER);
        Path script = Files.writeString(directory.resolve("events"), """
                #!/bin/sh
                case "$1" in
                deconfig) echo "began $(date +%s%3N)" ;;
                nak) echo refused ;;
                bound) echo "bound $(date +%s%3N) $ip $router $mtu" ;;
                esac
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<Namespace> clients = new ArrayList<>();
        for (int i = 1; i <= 16; i++) {
            Namespace each = inside.another();
            inside.sh("ip link add d" + i + " type veth peer name eth0 netns "
                    + each.network().getFileName());
            inside.sh("ip link set d" + i + " master br0 up");
            FreshNamespace.shIn(each, "ip link set eth0 up");
            clients.add(each);
        }
        for (int i = 1; i <= 16; i++) {
            forwards("d" + i);
        }
        List<Process> running = new ArrayList<>();
        for (Namespace each : clients) {
            running.add(new ProcessBuilder(each.command(List.of(
                            "/usr/bin/busybox",
                            "udhcpc",
                            "-i",
                            "eth0",
                            "-f",
                            "-q",
                            "-n",
                            "-t",
                            "60",
                            "-T",
                            "1",
                            "-s",
                            script.toString())))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        Set<String> addresses = new HashSet<>();
        List<Long> times = new ArrayList<>();
        int refusals = 0;
        for (Process client : running) {
            List<String> events = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(events.get(0)).startsWith("began ");
            String[] bound = events.get(events.size() - 1).split(" ");
            assertThat(bound).as(events.toString()).hasSize(5).startsWith("bound");
            assertThat(SERVER.ranges().get(0).contains(Ipv4Address.parse(bound[2])))
                    .as(bound[2])
                    .isTrue();
            assertThat(bound[3]).isEqualTo("250.0.45.1");
            assertThat(bound[4]).isEqualTo("1450");
            addresses.add(bound[2]);
            int refused = Collections.frequency(events, "refused");
            long millis =
                    Long.parseLong(bound[1]) - Long.parseLong(events.get(0).substring("began ".length()));
            assertThat(millis).as(events.toString()).isLessThan(2000 + refused * UDHCPC_SLEEPS_MILLIS);
            times.add(millis);
            refusals += refused;
        }
        Collections.sort(times);
        System.out.println(
                "number: milliseconds until DHCP clients that start together have an address, half of them and all, and refusals: 16: "
                        + times.get(7) + ", " + times.get(15) + ", " + refusals);
        assertThat(addresses).hasSize(16);
        // As dnsmasq does otherwise before it gives an address, for three seconds each.
        assertThat(inside.sh("cat /proc/net/snmp")).doesNotContain("OutType8");
    }

    /** Waits for a bridge's port: the kernel takes up to a second to tell the bridge that there is a carrier. */
    private void forwards(String port) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!inside.sh("bridge link show dev " + port).contains("state forwarding")) {
            assertThat(System.nanoTime()).as(port + " does not forward").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void start(DhcpServer server) {
        inside.call(() -> {
            dnsmasq.start(server);
            return true;
        });
    }
}
