package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fanatic.cli.CliRun;
import io.fanatic.cli.NspawnRoot;
import io.fanatic.cli.daemon.Libvirtd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What asks DHCP for its address and belongs to no engine (examples/virtual-machines.md): a machine with a kernel of its own behind
 * a tap device, user-mode Linux here, one of libvirt's, which QEMU emulates, and a container of systemd-nspawn. Each on h1, with a container of h2.
 */
@FanLab(hosts = 2, containers = 1, flags = "dhcp")
class GuestsWithDhcpTest {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final int MTU = 1450;

    /** Three pings that fill the MTU, a megabyte to echo and back. */
    private static final String TRY_THE_OTHER =
            "ping -n -q -c 3 -i 0.2 -W 10 -M do -s 1422 250.0.2.2 && head -c 1000000 /dev/urandom >/tmp/sent"
                    + " && socat -t 10 - TCP:250.0.2.2:7 </tmp/sent | cmp - /tmp/sent";

    private static final String OF_BUSYBOX =
            "udhcpc -i %1$s -q -n -t 30 -T 1 >&2; ping -q -c 3 -W 10 -s 1422 250.0.2.2 >&2;"
                    + " head -c 1000000 /dev/urandom >/tmp/sent; busybox nc -w 10 250.0.2.2 7 </tmp/sent | cmp - /tmp/sent;"
                    + " echo ready $(ip -o -4 addr show %1$s); exec busybox nc -ll -p 7 -e cat";

    /** Where scripts/setup unpacks a kernel for emulated machines. */
    private static final Path KERNEL = Path.of("/var/cache/fanatic/kernel");

    /** The first process of the emulated machine. */
    private static final String OF_THE_MACHINE = """
            #!/bin/busybox sh
            set -e
            /bin/busybox --install -s /bin
            export PATH=/bin
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            mount -t devtmpfs dev /dev
            for each in failover net_failover virtio_net; do insmod /$each.ko; done
            ip link set eth0 up
            """ + OF_BUSYBOX.formatted("eth0") + "\n";

    /** Its files: KERNEL INITRD DHCP-SCRIPT INIT. */
    private static final String INITRD = """
            root=$2.root; mkdir -p $root/bin $root/dev $root/proc $root/sys $root/tmp $root/etc/udhcpc
            cp "$(command -v busybox)" $root/bin
            printf %s "$3" >$root/etc/udhcpc/default.script
            printf %s "$4" >$root/init
            chmod 755 $root/etc/udhcpc/default.script $root/init
            for each in failover net_failover virtio_net; do
                xz -dc $(find $1 -name $each.ko.xz) >$root/$each.ko
            done
            cd $root; find . | cpio -o -H newc -R 0:0 --quiet >$2
            """;

    /** Kernel, its first file system, the interface, a file for the console. */
    private static final String DOMAIN = """
            <domain type='qemu'>
              <name>vm</name>
              <memory unit='MiB'>256</memory>
              <os>
                <type arch='x86_64' machine='pc'>hvm</type>
                <kernel>%s</kernel>
                <initrd>%s</initrd>
                <cmdline>console=ttyS0 quiet</cmdline>
              </os>
              <devices>
                %s
                <serial type='file'><source path='%s'/></serial>
              </devices>
            </domain>
            """;

    @TempDir
    Path directory;

    @Test
    void aVirtualMachineBehindATapDevice(Lab lab) throws Exception {
        LabHost h1 = lab.hosts().get(0);
        h1.exec("sh", "-euc", "ip tuntap add vm0 mode tap; ip link set vm0 mtu 1450 master fan-250 up")
                .orThrow();
        Path script = Files.writeString(directory.resolve("udhcpc"), NspawnRoot.DHCP_SCRIPT);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "TERM"));
        words.addAll(UserModeLinux.withMemory("256M")
                .within(LONGEST)
                .withInterface("vm0")
                .command(
                        "sh",
                        "-euc",
                        "ip link set eth0 up; busybox udhcpc -i eth0 -q -n -t 30 -T 1 -s " + script + " >&2; "
                                + TRY_THE_OTHER + " >&2; echo ready $(ip -4 -o address show eth0);"
                                + " exec socat TCP-LISTEN:7,fork EXEC:cat"));
        try (ServerSocket echo = echoOf(lab.containers().get(1));
                Guest guest = new Guest(h1, words)) {
            reachesAndIsReached(lab, guest);
        } finally {
            h1.exec("ip", "link", "delete", "vm0").orThrow();
        }
    }

    @Test
    void aContainerOfSystemdNspawn(Lab lab) throws Exception {
        LabHost h1 = lab.hosts().get(0);
        Path root = directory.resolve("root");
        NspawnRoot.make(h1, root);
        List<String> words = List.of(
                "setpriv",
                "--pdeathsig",
                "TERM",
                "systemd-nspawn",
                "-q",
                "--register=no",
                "--keep-unit",
                "--pipe",
                "-M",
                "web",
                "-D",
                root.toString(),
                "--network-bridge=fan-250",
                "/bin/sh",
                "-euc",
                "ip link set host0 up; " + OF_BUSYBOX.formatted("host0"));
        try (ServerSocket echo = echoOf(lab.containers().get(1));
                Guest guest = new Guest(h1, words)) {
            reachesAndIsReached(lab, guest);
        }
    }

    /** As the page says, with a kernel that the emulated machine starts directly, and busybox. */
    @Test
    @Tag("long")
    void aVirtualMachineOnANetworkOfLibvirts(Lab lab) throws Exception {
        LabHost h1 = lab.hosts().get(0);
        List<String> blocks = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../examples/virtual-machines.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        Path network = Files.writeString(directory.resolve("network.xml"), blocks.get(0));
        Path initrd = directory.resolve("initrd");
        Path console = Files.createFile(directory.resolve("console"));
        h1.exec(
                        "sh",
                        "-euc",
                        INITRD,
                        "sh",
                        KERNEL.toString(),
                        initrd.toString(),
                        NspawnRoot.DHCP_SCRIPT,
                        OF_THE_MACHINE)
                .orThrow();
        Path domain = Files.writeString(
                directory.resolve("domain.xml"),
                DOMAIN.formatted(
                        h1.exec("sh", "-euc", "ls " + KERNEL + "/boot/vmlinuz-*")
                                .orThrow()
                                .output()
                                .strip(),
                        initrd,
                        blocks.get(1),
                        console));
        try (Libvirtd libvirt = Libvirtd.start(h1);
                ServerSocket echo = echoOf(lab.containers().get(1))) {
            libvirt.virsh("net-define", network.toString()).orThrow();
            libvirt.virsh("net-start", "fan-250").orThrow();
            libvirt.virsh("create", domain.toString()).orThrow();
            try (Guest guest = new Guest(h1, List.of("timeout", "180", "tail", "-n", "+1", "-f", console.toString()))) {
                reachesAndIsReached(lab, guest);
            }
        }
    }

    private static ServerSocket echoOf(LabContainer container) {
        return KernelHostProgram.serveEcho(container.namespace(), container.address());
    }

    private static void reachesAndIsReached(Lab lab, Guest guest) throws IOException, InterruptedException {
        Ipv4Address address = guest.awaitAddress();
        assertThat(lab.hosts().get(0).slice().cidr().contains(address))
                .as("%s", address)
                .isTrue();
        assertThat(KernelHostProgram.reach(lab.containers().get(1).namespace(), address, MTU))
                .isEmpty();
        assertThat(KernelHostProgram.reach(lab.hosts().get(0).namespace(), address, MTU))
                .isEmpty();
        CliRun doctor = CliRun.fanatic(lab.hosts().get(0), "doctor --json");
        assertThat(JsonParser.parseString(doctor.out()).getAsJsonObject().getAsJsonArray("findings"))
                .as(doctor.out())
                .extracting(finding -> finding.getAsJsonObject().get("code").getAsString())
                .containsExactly("not-configured");
    }

    /** A process that says its address when it is ready. */
    private static final class Guest implements AutoCloseable {
        private final Process process;

        Guest(LabHost host, List<String> words) throws IOException {
            process = new ProcessBuilder(host.namespace().command(words))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .start();
        }

        Ipv4Address awaitAddress() throws IOException {
            List<String> said = new ArrayList<>();
            BufferedReader output = process.inputReader();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                said.add(line);
                if (line.startsWith("ready ")) {
                    return Ipv4Address.parse(line.replaceFirst(".* inet ([0-9.]+)/8 .*", "$1"));
                }
            }
            throw new AssertionError("it ended: " + String.join("\n", said));
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }
}
