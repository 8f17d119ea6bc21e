package io.fanatic.harness.proof;

import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.report.Stage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Why a pair fails, as far as the underlay can tell; asks each two hosts once. */
final class Diagnosis {
    private static final Duration TIMEOUT = Duration.ofMillis(100);
    /** Beyond so many pairs of hosts nobody needs more evidence, and each costs up to two time-outs. */
    private static final int MAX_ASKED = 64;

    private final Lab lab;
    private final Map<String, Boolean> underlay = new HashMap<>();

    Diagnosis(Lab lab) {
        this.lab = lab;
    }

    /** The failed stage, with its reason and what to try. */
    Stage of(String name, NodePair pair, Check check) {
        LabHost from = pair.from().host();
        LabHost to = pair.to().host();
        if (from.name().equals(to.name())) {
            return Stage.failed(
                    name, check.sentence() + ".", command(pair.from().name(), "ip addr"));
        }
        String key = from.name() + " " + to.name();
        if (!underlay.containsKey(key) && underlay.size() >= MAX_ASKED) {
            return Stage.failed(name, check.sentence() + ".", command(pair.to().name(), "ip addr"));
        }
        if (!underlay.computeIfAbsent(key, each -> answers(from, to))) {
            return Stage.failed(
                    name,
                    to.name() + " (" + to.underlayAddress() + ") does not answer " + from.name()
                            + " on the underlay either: one of them is down or cut off.",
                    command(from.name(), "ping -c3 " + to.underlayAddress()));
        }
        if (check instanceof Check.Pinged) {
            return Stage.failed(
                    name,
                    to.name() + " answers " + from.name() + " on the underlay, but "
                            + pair.to().name()
                            + " does not through the fan: is the fan up on both, with one port and VNI?",
                    command(to.name(), "ip -d link show type vxlan"));
        }
        return Stage.failed(name, check.sentence() + ".", command(pair.to().name(), "ip addr"));
    }

    private String command(String node, String command) {
        String name = lab.spec().name();
        String at = name.equals(LabSpec.DEFAULT_NAME) ? "" : "--lab " + name + " ";
        return "fanatic lab exec " + at + node + " -- " + command;
    }

    private static boolean answers(LabHost from, LabHost to) {
        try (Probes probes = Probes.open()) {
            return Ping.to(to.underlayAddress())
                            .withCount(1)
                            .withTimeout(TIMEOUT)
                            .start(probes, from.namespace())
                            .join()
                            .received()
                    > 0;
        }
    }
}
