package example.orchestrator;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Plan;

/** What this program knows of fans. */
public final class Orchestrator {
    private Orchestrator() {}

    /** Brings the fan up on a host; its lines say what was done. */
    public static Plan join(FanNetwork network) {
        return network.up(FanEntry.parse("250.0.0.0/8 10.0.0.0/16"));
    }
}
