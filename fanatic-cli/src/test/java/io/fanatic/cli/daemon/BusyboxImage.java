package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabException;
import io.fanatic.netlink.libc.Spawn;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A container image of the machine's static busybox, with all its applets. Started as a system it asks for an address on
 * eth0 by DHCP, and notes in /run when it began, when it was refused one and when it got one; otherwise it runs what it is told.
 */
final class BusyboxImage {
    private static final String INITTAB = "::respawn:/sbin/udhcpc -f -i eth0 -t 100 -T 1 -s /etc/udhcpc.script\n";

    private static final String UDHCPC = """
            #!/bin/sh
            case "$1" in
            deconfig)
                : > /run/dhcp-began
                ;;
            nak)
                echo >> /run/dhcp-refused
                ;;
            bound|renew)
                [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
                ip address replace "$ip/$mask" dev "$interface"
                ip route replace default via "$router" dev "$interface"
                for server in $dns; do echo "nameserver $server"; done > /etc/resolv.conf
                [ "$1" != bound ] || : > /run/dhcp-bound
                ;;
            esac
            """;

    private static final String METADATA = """
            architecture: %s
            creation_date: 1700000000
            properties: {description: busybox, os: busybox, release: "1"}
            """;

    private BusyboxImage() {}

    /** The root file system in a tar file, as {@code docker import} takes it. */
    static Path rootfsTar(Path directory) {
        Path rootfs = rootfs(directory);
        return tar(directory.resolve("busybox.tar"), rootfs, List.of("."));
    }

    /** The root file system beside its description in a tar file, as LXD and Incus take it. */
    static Path systemTar(Path directory) {
        rootfs(directory);
        String machine = run(List.of("/usr/bin/uname", "-m")).strip();
        write(directory.resolve("metadata.yaml"), METADATA.formatted(machine));
        return tar(directory.resolve("system.tar.gz"), directory, List.of("metadata.yaml", "rootfs"));
    }

    private static Path rootfs(Path directory) {
        Path rootfs = directory.resolve("rootfs");
        try {
            for (String name : List.of("bin", "sbin", "etc", "proc", "sys", "dev", "run", "tmp", "root", "var/lib")) {
                Files.createDirectories(rootfs.resolve(name));
            }
            Path busybox = Path.of("/usr/bin/busybox");
            Files.copy(Files.exists(busybox) ? busybox : Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
            for (String applet : run(List.of("busybox", "--list-full")).lines().toList()) {
                Path link = rootfs.resolve(applet.replaceFirst("^usr/", ""));
                if (!Files.exists(link) && !link.endsWith("busybox")) {
                    Files.createSymbolicLink(link, Path.of("/bin/busybox"));
                }
            }
            Files.deleteIfExists(rootfs.resolve("sbin/init"));
            Files.createSymbolicLink(rootfs.resolve("sbin/init"), Path.of("/bin/busybox"));
            write(rootfs.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
            write(rootfs.resolve("etc/inittab"), INITTAB);
            write(rootfs.resolve("etc/udhcpc.script"), UDHCPC);
            Files.setPosixFilePermissions(
                    rootfs.resolve("etc/udhcpc.script"), PosixFilePermissions.fromString("rwxr-xr-x"));
            return rootfs;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the image", e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static Path tar(Path file, Path directory, List<String> names) {
        List<String> command = new ArrayList<>(List.of("tar", "--numeric-owner", "-caf", file.toString()));
        command.addAll(List.of("-C", directory.toString()));
        command.addAll(names);
        run(command);
        return file;
    }

    private static String run(List<String> command) {
        try {
            Process process = Spawn.builder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .start();
            try (InputStream output = process.getInputStream()) {
                String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new LabException(String.join(" ", command) + " failed: " + text.strip());
                }
                return text;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }
}
