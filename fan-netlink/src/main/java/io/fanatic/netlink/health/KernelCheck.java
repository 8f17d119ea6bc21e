package io.fanatic.netlink.health;

import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.KernelFeatures;
import java.util.List;
import java.util.function.Supplier;

/** What a fan needs of the kernel, found out by doing it. */
final class KernelCheck implements Check {
    private final Supplier<KernelFeatures> features;

    KernelCheck() {
        this(KernelFeatures::ofThisKernel);
    }

    KernelCheck(Supplier<KernelFeatures> features) {
        this.features = features;
    }

    @Override
    public String name() {
        return "what the kernel can do";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.notChecked("what the kernel can do was not tried: it needs root");
            return;
        }
        boolean nat = host.wanted().isEmpty()
                || host.wanted().stream()
                        .anyMatch(expected -> expected.entry().options().nat());
        attemptAll(findings, nat);
    }

    /** @param nat whether a fan wants something translated */
    void attemptAll(Findings findings, boolean nat) {
        KernelFeatures tried = features.get();
        attempt(findings, tried, KernelFeature.EBPF, Code.KERNEL_BPF, "zgrep CONFIG_BPF /boot/config-$(uname -r)");
        attempt(findings, tried, KernelFeature.VXLAN, Code.KERNEL_VXLAN, "modprobe vxlan");
        attempt(findings, tried, KernelFeature.BRIDGE, Code.KERNEL_BRIDGE, "modprobe bridge");
        if (nat) {
            attempt(
                    findings,
                    tried,
                    KernelFeature.NFTABLES,
                    Code.KERNEL_NFTABLES,
                    "modprobe nf_tables; apt-get install libnftables1");
        }
    }

    private static void attempt(Findings findings, KernelFeatures tried, KernelFeature feature, Code code, String fix) {
        KernelFeatures.Trial trial = tried.trial(feature);
        if (trial.result() == KernelFeatures.Result.NOT_TRIED) {
            findings.notChecked("not tried whether " + code.word().substring("kernel-".length())
                    + " works: this program may not (" + trial.seen() + ")");
            return;
        }
        findings.looked();
        if (trial.result() != KernelFeatures.Result.WORKS) {
            findings.add(Finding.of(code, Finding.HOST, code.meaning(), List.of(trial.seen()), fix));
        }
    }
}
