import io.fanatic.core.FanEntry;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanException;
import io.fanatic.netlink.engine.Plan;
import java.util.List;

/** Brings a fan up from a program, as an orchestrator would: java -cp 'fanatic-cli/target/lib/*' examples/BringUp.java */
public class BringUp {
    public static void main(String[] args) {
        FanNetwork network = FanNetwork.onThisHost();
        FanEntry fan = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));
        try {
            Plan plan = network.plan(fan);
            System.out.println(plan.lines().size() + " steps to go");
            network.up(fan);
            for (Fan up : network.list()) {
                System.out.println(up.bridge() + " owns " + up.slices().get(0).cidr());
            }
            System.out.println(network.up(fan).isEmpty() ? "the second time there is nothing to do" : "odd");
        } catch (FanException e) {
            System.err.println(e.reason() + ": " + e.getMessage());
            System.exit(1);
        }
    }
}
