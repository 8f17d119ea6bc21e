package io.fanatic.cli;

import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;

/** The files of a container of systemd-nspawn: busybox, and what puts onto a device what DHCP says. */
public final class NspawnRoot {

    /** What busybox' DHCP client runs, here as in a virtual machine. */
    public static final String DHCP_SCRIPT = """
            #!/bin/sh
            [ "$1" = bound ] || exit 0
            ip link set "$interface" mtu "$mtu"
            ip address add "$ip/$mask" dev "$interface"
            ip route add default via "$router"
            """;

    private NspawnRoot() {}

    /**
     * Makes it.
     *
     * @param host who sees it, where the place is its own
     * @param place a directory that is not there
     */
    public static void make(LabHost host, Path place) {
        String script = "etc/udhcpc/default.script";
        host.exec(
                        "sh",
                        "-euc",
                        "mkdir -p \"$1/etc/udhcpc\"; cd \"$1\"; mkdir bin dev proc root run sys tmp usr;"
                                + " touch etc/os-release; cp \"$(command -v busybox)\" bin; for each in $(bin/busybox --list); do"
                                + " [ $each = busybox ] || ln -s busybox bin/$each; done;"
                                + " printf %s \"$2\" >" + script + "; chmod 755 " + script,
                        "sh",
                        place.toString(),
                        DHCP_SCRIPT)
                .orThrow();
    }
}
