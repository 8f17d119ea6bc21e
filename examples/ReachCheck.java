import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import java.util.Optional;

/** Asks before placing work on other hosts: java -cp 'fanatic-cli/target/lib/*' examples/ReachCheck.java 10.0.0.2 10.0.0.3 */
public class ReachCheck {
    public static void main(String[] args) {
        ReachSpec spec = ReachSpec.DEFAULT.withoutData().withThroughput(Optional.empty());
        try (Reach reach = Reach.onThisHost()) {
            for (String address : args) {
                PeerReport report = reach.test(Ipv4Address.parse(address), spec);
                System.out.println(address + (report.ok() ? " is reached" : ": " + report.explanation().get().sentence()));
            }
        }
    }
}
