package example;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;

/** Brings a fan up. */
public final class TenLines {
    public static void main(String[] args) {
        FanNetwork network = FanNetwork.onThisHost();
        network.up(FanEntry.parse("250.0.0.0/8 10.0.0.0/16"));
        for (Fan fan : network.list()) {
            System.out.println(fan.bridge() + " owns " + fan.slices().get(0).cidr());
        }
    }
}
