package consumer;

import io.fanatic.core.FanEntry;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.List;

/** Brings a fan up, pings its host address and takes it down: through netlink, eBPF, nftables and Netty. */
public final class Consumer {
    private Consumer() {}

    /** Needs root, and a network namespace whose address lies in 10.0.0.0/16. */
    public static void main(String[] args) {
        FanNetwork network = FanNetwork.onThisHost();
        network.up(FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16")));
        try (Probes probes = Probes.open()) {
            for (Fan fan : network.list()) {
                boolean answers = Ping.to(fan.slices().get(0).hostAddress())
                        .withCount(2)
                        .start(probes)
                        .join()
                        .ok();
                System.out.println(fan.bridge() + " owns " + fan.slices().get(0).cidr() + " and "
                        + (answers ? "answers" : "is silent"));
            }
        }
        network.downEverything();
        System.out.println(Consumer.class.getModule() + " used " + FanNetwork.class.getModule());
    }
}
