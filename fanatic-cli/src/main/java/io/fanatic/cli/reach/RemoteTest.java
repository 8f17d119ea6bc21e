package io.fanatic.cli.reach;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.harness.reach.Stage;
import java.util.List;
import java.util.function.Consumer;

/** The wizard's last test: another host, as {@code fanatic test host} tests it. */
public final class RemoteTest {
    private RemoteTest() {}

    /**
     * Runs it, printing each stage as it ends and what fails explained.
     *
     * @param remote the other host's address, on the underlay or in the overlay
     * @return how many stages failed, at least 1 when the host could not be tested
     */
    public static int run(IpAddress remote, Consumer<String> say) {
        try (Reach reach = Reach.onThisHost()) {
            say.accept("remote test of " + remote + ": "
                    + reach.peer(remote)
                            .map(peer -> "that is " + peer.address() + " in the fan ...")
                            .orElse("..."));
            PeerReport report = reach.test(
                    remote, ReachSpec.DEFAULT, stage -> ReachText.stage(stage).forEach(say));
            ReachText.explanation(report).forEach(say);
            ReachText.conditions(List.of(report)).forEach(say);
            int failures = (int) report.stages().stream()
                    .filter(stage -> stage.status() == Stage.Status.FAILED)
                    .count();
            boolean untested = failures == 0 && !report.ok();
            say.accept("remote test of " + remote + ": test complete "
                    + (report.ok() ? "PASS" : "FAIL (" + (untested ? "not tested" : failures + " failed") + ")"));
            return untested ? 1 : failures;
        }
    }
}
