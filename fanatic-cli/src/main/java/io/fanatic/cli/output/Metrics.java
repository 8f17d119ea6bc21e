package io.fanatic.cli.output;

import io.fanatic.core.Counter;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.IpsecState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The fans of this host in Prometheus' text format, version 0.0.4; fan-metrics(5) lists what there is. Names and labels are stable. */
public final class Metrics {
    /** What an HTTP server says that it is. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Less than Prometheus waits for an answer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final FanNetwork network;
    private final Supplier<FanConfig> configuration;
    private final String version;

    /**
     * @param configuration what should be up; read each time
     * @param version of the program
     */
    public Metrics(FanNetwork network, Supplier<FanConfig> configuration, String version) {
        this.network = network;
        this.configuration = configuration;
        this.version = version;
    }

    /**
     * {@return all metrics of this moment, without those that only the watch has}
     *
     * @throws FanException NOT_PERMITTED without the privileges that the counters take
     */
    public String text() {
        List<Fan> fans = network.list();
        MetricsText text = new MetricsText();
        text.family("fanatic_build_info", "gauge", "The version of fanatic.").sample(1, "version", version);
        configured(text, fans);
        shape(text, fans);
        dhcp(text, fans);
        frames(text, fans);
        ipsec(text, fans);
        return text.toString();
    }

    private void configured(MetricsText text, List<Fan> fans) {
        FanConfig config = configuration.get();
        text.family("fanatic_configuration_problems", "gauge", "Lines of /etc/network/fan that cannot be used.")
                .sample(config.problems().size());
        List<FanEntry> wanted = config.lines().stream()
                .map(FanConfig.Line::entry)
                .filter(entry -> !entry.options().off())
                .toList();
        text.family("fanatic_configured_fan_up", "gauge", "Whether a fan of /etc/network/fan is up: 1 or 0.");
        for (FanEntry entry : wanted) {
            text.sample(isUp(entry, fans) ? 1 : 0, labels(entry));
        }
        text.family(
                "fanatic_configured_fan_pending_steps",
                "gauge",
                "Steps by which \"fanctl up\" would change a configured fan that is up; NaN when it would be refused.");
        for (FanEntry entry : wanted) {
            if (isUp(entry, fans)) {
                text.sample(pendingSteps(entry), labels(entry));
            }
        }
    }

    private static boolean isUp(FanEntry entry, List<Fan> fans) {
        return fans.stream().anyMatch(fan -> fan.overlay().equals(entry.overlay()));
    }

    private static String[] labels(FanEntry entry) {
        return new String[] {
            "overlay", entry.overlay().toString(), "underlay", entry.underlay().toString()
        };
    }

    private double pendingSteps(FanEntry entry) {
        try {
            return network.waiting(TIMEOUT).plan(entry).items().size();
        } catch (FanException e) {
            return Double.NaN;
        }
    }

    private void shape(MetricsText text, List<Fan> fans) {
        text.family("fanatic_fan_info", "gauge", "A fan that is up.");
        for (Fan fan : fans) {
            text.sample(
                    1,
                    "fan",
                    fan.bridge(),
                    "overlay",
                    fan.overlay().toString(),
                    "underlay",
                    fan.mapping().underlay().toString(),
                    "tunnel",
                    fan.tunnel(),
                    "transport",
                    fan.type().word());
        }
        text.family("fanatic_fan_slices", "gauge", "Slices that this host owns in a fan.");
        for (Fan fan : fans) {
            text.sample(fan.slices().size(), "fan", fan.bridge());
        }
        text.family("fanatic_fan_mtu_bytes", "gauge", "MTU of a fan's bridge and containers.");
        for (Fan fan : fans) {
            if (fan.mtu() != 0) { // the bridge is there
                text.sample(fan.mtu(), "fan", fan.bridge());
            }
        }
        text.family(
                "fanatic_fan_fast_path", "gauge", "Whether a VXLAN fan without --no-fast is on the fast path: 1 or 0.");
        for (Fan fan : fans) {
            if (fan.fast()) {
                text.sample(network.isOnFastPath(fan) ? 1 : 0, "fan", fan.bridge());
            }
        }
    }

    private void dhcp(MetricsText text, List<Fan> fans) {
        text.family("fanatic_dhcp_addresses", "gauge", "Addresses that a fan's DHCP server has for its clients.");
        for (Fan fan : fans) {
            if (!fan.dhcp().isEmpty()) {
                long addresses = 0;
                for (FanSlice slice : fan.slices()) {
                    if (fan.leases(slice.underlayAddress())) {
                        addresses += fan.shares()
                                .range(Share.DHCP, slice)
                                .map(Ipv4Range::size)
                                .orElse(0L);
                    }
                }
                text.sample(addresses, "fan", fan.bridge());
            }
        }
        text.family("fanatic_dhcp_leases", "gauge", "Leases of a fan's DHCP server that have not ended.");
        for (Fan fan : fans) {
            if (!fan.dhcp().isEmpty()) {
                text.sample(network.leases(fan).size(), "fan", fan.bridge());
            }
        }
    }

    private void ipsec(MetricsText text, List<Fan> fans) {
        Map<Fan, IpsecState> states = new LinkedHashMap<>();
        for (Fan fan : fans) {
            if (fan.encryption().isPresent()) {
                states.put(fan, network.ipsec(fan));
            }
        }
        text.family("fanatic_encrypted_peers", "gauge", "Other hosts that an encrypted fan has keys with.");
        states.forEach((fan, state) -> text.sample(state.peers().size(), "fan", fan.bridge()));
        text.family(
                "fanatic_ipsec_dropped_packets_total",
                "counter",
                "Packets that IPsec dropped on a host with an encrypted fan, of whatever connection.");
        // The same for all fans.
        states.values().stream()
                .findFirst()
                .ifPresent(state -> state.drops().forEach((reason, count) -> text.sample(count, "reason", reason)));
    }

    private void frames(MetricsText text, List<Fan> fans) {
        List<Map<Counter, Long>> counts = fans.stream().map(network::counters).toList();
        text.family("fanatic_passed_frames_total", "counter", "Frames that a fan sent to other hosts and let in.");
        for (int i = 0; i < fans.size(); i++) {
            Map<String, Long> passed = new TreeMap<>();
            counts.get(i).forEach((counter, count) -> {
                if (counter.kind() == Counter.Kind.PASSED) {
                    passed.merge(counter.direction(), count, Long::sum);
                }
            });
            String fan = fans.get(i).bridge();
            passed.forEach((direction, count) -> text.sample(count, "fan", fan, "direction", direction));
        }
        text.family(
                "fanatic_dropped_frames_total",
                "counter",
                "Frames that a fan's programs dropped; those of kind normal are dropped on every healthy fan.");
        for (int i = 0; i < fans.size(); i++) {
            for (Map.Entry<Counter, Long> count : counts.get(i).entrySet()) {
                Counter counter = count.getKey();
                if (counter.kind() != Counter.Kind.PASSED) {
                    text.sample(
                            count.getValue(),
                            "fan",
                            fans.get(i).bridge(),
                            "direction",
                            counter.direction(),
                            "reason",
                            counter.reason(),
                            "kind",
                            counter.kind().name().toLowerCase(Locale.ROOT));
                }
            }
        }
        text.family(
                "fanatic_last_drop_timestamp_seconds",
                "gauge",
                "When a frame was last dropped that a healthy fan does not send, in seconds since 1970.");
        for (Fan fan : fans) {
            network.lastDrops(fan)
                    .forEach((counter, time) -> text.sample(
                            time.toEpochMilli() / 1000.0,
                            "fan",
                            fan.bridge(),
                            "direction",
                            counter.direction(),
                            "reason",
                            counter.reason()));
        }
    }
}
