package io.fanatic.netlink.kernel;

import io.fanatic.netlink.bpf.BpfFeatures;
import io.fanatic.netlink.bpf.LocalSenders;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.IpsecPolicies;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.VniFilter;
import io.fanatic.netlink.route.VxlanSettings;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the running kernel has of what a fan uses, found out by doing it: distributions move features between versions, so that a version
 * number proves nothing. Devices and tables are tried in a network namespace that ends with the trial. Each feature is tried once,
 * when it is first asked for. For one thread.
 */
public final class KernelFeatures {
    private static final String DEVICE = "fan-try";
    private static final int PORT = 8472;
    private static final String MASQUERADE = masquerade("ip");
    private static final String MASQUERADE_IPV6 = masquerade("ip6");

    private static final String FROM_OUTSIDE = prerouting("ip", "fib saddr . iif oif 0 counter drop");
    private static final String OF_BRIDGES =
            prerouting("bridge", "ether saddr & f3:ff:ff:ff:00:00 == 02:fa:0a:00:00:00 counter drop");

    private final Map<KernelFeature, Trial> trials = new EnumMap<>(KernelFeature.class);

    private KernelFeatures() {}

    /** {@return this kernel's features, none of them tried yet} */
    public static KernelFeatures ofThisKernel() {
        return new KernelFeatures();
    }

    /**
     * {@return this kernel as if it lacked some features: what is done without them can so be tested on a kernel that
     * has them}
     *
     * @param lacking these features
     */
    public KernelFeatures without(KernelFeature... lacking) {
        KernelFeatures fewer = this;
        for (KernelFeature feature : lacking) {
            fewer = fewer.with(new Trial(feature, Result.LACKING, "said to be lacking", null));
        }
        return fewer;
    }

    /**
     * {@return this kernel as if the trial of a feature had ended so}
     *
     * @param trial what is said to have happened
     */
    public KernelFeatures with(Trial trial) {
        KernelFeatures other = new KernelFeatures();
        other.trials.putAll(trials);
        other.trials.put(trial.feature(), trial);
        return other;
    }

    /** How a trial ended. */
    public enum Result {
        /** The kernel did it. */
        WORKS,
        /** The kernel cannot do it. */
        LACKING,
        /** This program may not try. */
        NOT_TRIED,
        /** The trial itself did not come to its end, for lack of memory or the like: nothing is known. */
        FAILED
    }

    /**
     * A feature that was tried.
     *
     * @param feature what was tried
     * @param result how it ended
     * @param seen what was said when it did not work, or why it was not tried; else empty
     * @param cause what ended the trial, where it did not come to its end by itself
     */
    public record Trial(
            KernelFeature feature,
            Result result,
            String seen,
            @Nullable RuntimeException cause) {}

    /** {@return all trials, in the order of the features} */
    public List<Trial> all() {
        List<Trial> all = new ArrayList<>();
        for (KernelFeature feature : KernelFeature.values()) {
            all.add(trial(feature));
        }
        return all;
    }

    /**
     * {@return how the trial of a feature ended; it is tried once, the first time that this is asked}
     *
     * @param feature any
     */
    public Trial trial(KernelFeature feature) {
        Trial known = trials.get(feature);
        if (known == null) {
            known = attempt(feature);
            if (known.result() != Result.FAILED) {
                trials.put(feature, known);
            }
        }
        return known;
    }

    private static Trial attempt(KernelFeature feature) {
        try {
            return new Trial(feature, works(feature) ? Result.WORKS : Result.LACKING, "", null);
        } catch (ErrnoException e) {
            return new Trial(feature, ended(e), text(e), e);
        } catch (FirewallException e) {
            // iptables(8) has too many words for it.
            boolean lacking = feature == KernelFeature.ACCEPT_RULES || e.saysLacking();
            return new Trial(feature, lacking ? Result.LACKING : Result.FAILED, text(e), e);
        }
    }

    /** A kernel answers what it lacks in many ways, but a want of the moment in a few. */
    private static Result ended(ErrnoException e) {
        return switch (e.errno()) {
            case Errno.EPERM, Errno.EACCES -> Result.NOT_TRIED;
            case Errno.ENOBUFS, Errno.ENOMEM, Errno.ENOSPC, Errno.EMFILE, Errno.ENFILE, Errno.EINTR, Errno.EAGAIN ->
                Result.FAILED;
            default -> Result.LACKING;
        };
    }

    private static String text(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    /**
     * {@return whether a feature was seen to work}
     *
     * @param feature any
     */
    public boolean has(KernelFeature feature) {
        return trial(feature).result() == Result.WORKS;
    }

    private static boolean works(KernelFeature feature) {
        return switch (feature) {
            case EBPF -> {
                BpfFeatures.probe();
                yield true;
            }
            case ZERO_CHECKSUM -> BpfFeatures.zeroChecksum();
            case TCX -> BpfFeatures.probe().tcx();
            case LOCAL_ADDRESS -> BpfFeatures.probe().tunnelLocalAddress();
            case VXLAN -> make(NewLink.externalVxlan(DEVICE, PORT, false));
            case BRIDGE -> make(NewLink.bridge(DEVICE));
            case VNI_FILTER -> filtersVnis();
            case NFTABLES -> accepts(MASQUERADE);
            case NFTABLES_IPV6 -> accepts(MASQUERADE_IPV6);
            case NFTABLES_FIB -> accepts(FROM_OUTSIDE);
            case NFTABLES_BRIDGE -> accepts(OF_BRIDGES);
            case LOCAL_USERS -> restrictsSenders();
            case FORCE_FORWARDING -> Ipv6Gateway.canForwardByDevice();
            case IPIP -> make(NewLink.externalIpip(DEVICE)) && IpipDelivery.reachesPrograms();
            case IPIP_PATH_MTU -> IpipPathMtu.isTold();
            case ACCEPT_RULES -> acceptsRules();
            case FAST_PATH -> BpfFeatures.fastPath();
            case DIRECT -> BpfFeatures.direct();
            case ESP -> encrypts();
        };
    }

    private static boolean restrictsSenders() {
        try (LocalSenders senders = LocalSenders.of(NamespaceCookie.number())) {
            senders.probe();
            return true;
        }
    }

    private static boolean encrypts() {
        return Namespace.scratch(() -> {
            IpsecPolicies.tryEsp();
            return true;
        });
    }

    private static boolean make(NewLink link) {
        return Namespace.scratch(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                new Links(socket).create(link);
                return true;
            }
        });
    }

    /** A kernel that does not know the attribute makes the device all the same, without a filter. */
    private static boolean filtersVnis() {
        return Namespace.scratch(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open()) {
                Links links = new Links(socket);
                links.create(NewLink.externalVxlan(DEVICE, PORT, true));
                Link made = links.named(DEVICE).orElseThrow();
                if (!made.vxlan().map(VxlanSettings::vniFilter).orElse(false)) {
                    return false;
                }
                new VniFilter(socket).add(made.index(), 1);
                return true;
            }
        });
    }

    /** By either of the two programs of that name. */
    private static boolean acceptsRules() {
        Namespace.scratch(() -> {
            try {
                Iptables.add(new Iptables.AcceptRule(Iptables.Backend.NFT, "FORWARD", DEVICE, DEVICE));
            } catch (ErrnoException | FirewallException withoutNft) {
                Iptables.add(new Iptables.AcceptRule(Iptables.Backend.LEGACY, "FORWARD", DEVICE, DEVICE));
            }
            return true;
        });
        return true;
    }

    /**
     * As a service may not make a namespace, the kernel is asked here, too: it checks a transaction and drops it. Without that a kernel
     * that lacks nftables would keep every fan of such a service down, as each has tables.
     */
    private static String masquerade(String family) {
        String table = family + " fan_try";
        return "add table " + table + "; add chain " + table + " post"
                + " { type nat hook postrouting priority srcnat; }; add rule " + table
                + " post masquerade fully-random";
    }

    private static String prerouting(String family, String rule) {
        String table = family + " fan_try";
        return "add table " + table + "; add chain " + table + " pre"
                + " { type filter hook prerouting priority -300; }; add rule " + table + " pre " + rule;
    }

    private static boolean accepts(String rules) {
        try {
            return Namespace.scratch(() -> {
                try (Nftables nftables = Nftables.open()) {
                    nftables.run(rules);
                    return true;
                }
            });
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            try (Nftables nftables = Nftables.open()) {
                nftables.check(rules);
                return true;
            } catch (FirewallException refused) {
                if (text(refused).contains("Operation not permitted")) {
                    throw e;
                }
                throw refused;
            }
        }
    }
}
