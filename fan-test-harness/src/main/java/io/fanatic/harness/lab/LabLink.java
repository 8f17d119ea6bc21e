package io.fanatic.harness.lab;

import io.fanatic.netlink.host.Namespace;
import java.util.List;

/**
 * The cable between a host and the underlay's switch, and what can be done to it. What is set holds in both directions, since it is
 * set at both ends: what leaves the host, and what leaves the switch towards it.
 */
public final class LabLink {
    /** tc-tbf(8) wants at least a hundredth of a second's worth, and never less than some full packets. */
    private static final long MIN_BURST = 64 * 1024;

    private final LabHost host;
    private final Namespace outside;

    /**
     * The cable of one host.
     *
     * @param lab the host's
     * @param host one of the lab's
     */
    public LabLink(Lab lab, LabHost host) {
        this.host = host;
        this.outside = lab.outside();
    }

    /**
     * Pulls the plug or puts it back; routes that went with the interface come back with it.
     *
     * @param up whether it is plugged in
     */
    public void setUp(boolean up) {
        try (Wiring port = Wiring.of(outside)) {
            port.setUp(host.name(), up);
        }
    }

    /**
     * Sets the largest packet that the cable takes.
     *
     * @param bytes of the largest packet, {@value LabSpec#MIN_MTU} to {@value LabSpec#MAX_MTU}
     */
    public void setMtu(int bytes) {
        try (Wiring port = Wiring.of(outside);
                Wiring inside = Wiring.of(host.namespace())) {
            port.setMtu(host.name(), bytes);
            inside.setMtu(Lab.INTERFACE, bytes);
        }
    }

    /**
     * Makes the cable lose packets.
     *
     * @param share of packets that get lost at random each way, 0 to 1
     */
    public void setLoss(double share) {
        setLoss(outside, host.name(), share);
        setLoss(host.namespace(), Lab.INTERFACE, share);
    }

    private static void setLoss(Namespace namespace, String link, double share) {
        int index;
        try (Wiring wiring = Wiring.of(namespace)) {
            index = wiring.find(link)
                    .orElseThrow(() -> new LabException("there is no interface " + link))
                    .index();
        }
        namespace.run(() -> PacketLoss.set(index, share));
    }

    /**
     * Lets no more than this pass each way, by a token bucket (tc-tbf(8)).
     *
     * @param bitsPerSecond at least 1000; 0 for no limit
     * @throws LabException when the kernel has no tbf
     */
    public void setRate(long bitsPerSecond) {
        shape(outside, host.name(), bitsPerSecond);
        shape(host.namespace(), Lab.INTERFACE, bitsPerSecond);
    }

    private static void shape(Namespace namespace, String link, long bitsPerSecond) {
        if (bitsPerSecond == 0) {
            // Nothing there is what was wanted.
            Exec.run(namespace, List.of("tc", "qdisc", "delete", "dev", link, "root"));
            return;
        }
        long burst = Math.max(MIN_BURST, bitsPerSecond / 8 / 100);
        Exec.run(
                        namespace,
                        List.of(
                                "tc",
                                "qdisc",
                                "replace",
                                "dev",
                                link,
                                "root",
                                "tbf",
                                "rate",
                                bitsPerSecond + "bit",
                                "burst",
                                Long.toString(burst),
                                "latency",
                                "50ms"))
                .orThrow();
    }
}
