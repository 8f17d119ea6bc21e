package io.fanatic.netlink.health;

import io.fanatic.netlink.bpf.BpfFeatures;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.NftException;
import io.fanatic.netlink.host.Nftables;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;

/** What a fan needs of the kernel, found out by doing it: the devices and the table in an empty namespace of their own. */
final class KernelCheck implements Check {

    /** What is tried; each throws when the kernel does not do it. */
    interface Trial {
        void bpf();

        void vxlan();

        void bridge();

        void nftables();
    }

    private final Trial trial;

    KernelCheck() {
        this(new Real());
    }

    KernelCheck(Trial trial) {
        this.trial = trial;
    }

    @Override
    public String name() {
        return "what the kernel can do";
    }

    @Override
    public void look(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.unseen("what the kernel can do was not tried: it needs root");
            return;
        }
        boolean nat = host.wanted().isEmpty()
                || host.wanted().stream()
                        .anyMatch(wanted -> wanted.entry().options().nat());
        attemptAll(findings, nat);
    }

    void attemptAll(Findings findings) {
        attemptAll(findings, true);
    }

    /** @param nat whether a fan wants something translated */
    private void attemptAll(Findings findings, boolean nat) {
        attempt(findings, trial::bpf, Code.KERNEL_BPF, "zgrep CONFIG_BPF /boot/config-$(uname -r)");
        attempt(findings, trial::vxlan, Code.KERNEL_VXLAN, "modprobe vxlan");
        attempt(findings, trial::bridge, Code.KERNEL_BRIDGE, "modprobe bridge");
        if (nat) {
            attempt(
                    findings,
                    trial::nftables,
                    Code.KERNEL_NFTABLES,
                    "modprobe nf_tables; apt-get install libnftables1");
        }
    }

    private static void attempt(Findings findings, Runnable what, Code code, String fix) {
        try {
            what.run();
            findings.looked();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EPERM) {
                findings.unseen("not tried whether " + code.word().substring("kernel-".length())
                        + " works: this program may not (" + e.getMessage() + ")");
            } else {
                findings.looked();
                findings.add(finding(code, fix, e));
            }
        } catch (NftException e) {
            findings.looked();
            findings.add(finding(code, fix, e));
        }
    }

    private static Finding finding(Code code, String fix, RuntimeException e) {
        return Finding.of(code, Finding.HOST, code.meaning(), List.of(String.valueOf(e.getMessage())), fix);
    }

    private static final class Real implements Trial {
        @Override
        public void bpf() {
            BpfFeatures.probe();
        }

        @Override
        public void vxlan() {
            make(NewLink.externalVxlan("fan-try", 8472, false));
        }

        @Override
        public void bridge() {
            make(NewLink.bridge("fan-try"));
        }

        @Override
        public void nftables() {
            Namespace.scratch(() -> {
                try (Nftables nftables = Nftables.open()) {
                    return nftables.run("add table ip fan_try; add chain ip fan_try post"
                            + " { type nat hook postrouting priority srcnat; }; add rule ip fan_try post masquerade");
                }
            });
        }

        private static void make(NewLink link) {
            Namespace.scratch(() -> {
                try (NetlinkSocket socket = NetlinkSocket.open()) {
                    return new Links(socket).create(link);
                }
            });
        }
    }
}
