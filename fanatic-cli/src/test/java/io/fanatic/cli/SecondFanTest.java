package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A second fan on the port of the first one, whose tunnel had the port for itself and has to share it from then on, while containers of the
 * first one talk: a checked connection, and a ping each 10 ms.
 */
@FanLab(hosts = 2, containers = 1, flags = "no-fast")
class SecondFanTest {
    private static final String FIRST = " -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String SECOND = " -u 10.0.0.0/16 -o 251.0.0.0/8";
    private static final int PINGS = 300;
    private static final int MAX_LOST = 2;
    private static final Pattern RECEIVED = Pattern.compile("(\\d+) received");
    private static final Pattern ECHO_REQUESTS = Pattern.compile("IcmpMsg:.*\\bOutType8\\b.*");

    /** Of {@code up}, for both fans. */
    String option() {
        return " --no-fast";
    }

    // TESTING.md F39
    @Test
    void theFirstFansContainersTalkOnAndItsCountersGoOn(Lab lab) throws Exception {
        LabHost host = lab.hosts().get(0);
        LabContainer from = lab.containers().get(0);
        LabContainer to = lab.containers().get(1);
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        int fewest = PINGS;
        try (SteadyFlow flow = SteadyFlow.between(from, to)) {
            // The shortest of some: on a busy machine the moment between two tunnels is as long as others compute.
            for (int attempt = 0; attempt < 12 && fewest > MAX_LOST; attempt++) {
                flow.progress();
                Fan first = network.list().get(0);
                long sent = network.counters(first).getOrDefault(Counter.SENT, 0L);
                long echoes = echoRequests(from);
                CompletableFuture<String> pings = CompletableFuture.supplyAsync(() -> from.exec(
                                "ping",
                                "-q",
                                "-i",
                                "0.01",
                                "-c",
                                Integer.toString(PINGS),
                                to.address().toString())
                        .output());
                long end = System.nanoTime() + 30_000_000_000L;
                while (echoRequests(from) < echoes + 20 && System.nanoTime() < end) {
                    LockSupport.parkNanos(5_000_000);
                }
                fanctl(host, "up" + SECOND + option()).done();
                assertThat(network.counters(first).getOrDefault(Counter.SENT, 0L))
                        .isGreaterThan(sent);
                Matcher received = RECEIVED.matcher(pings.join());
                assertThat(received.find()).as(pings.join()).isTrue();
                fewest = Math.min(fewest, PINGS - Integer.parseInt(received.group(1)));
                flow.progress();
                // Alone on its port again.
                fanctl(host, "down" + SECOND).done();
                host.exec("ip", "link", "delete", "ftun-250").orThrow();
                fanctl(host, "up" + FIRST + option()).done();
            }
            flow.progress();
            flow.end();
        }
        System.out.println("number: pings of " + PINGS + " lost when a second fan came: " + fewest);
        assertThat(fewest).isLessThanOrEqualTo(MAX_LOST);
    }

    /** Those that a container has sent. */
    private static long echoRequests(LabContainer container) throws Exception {
        String snmp = container.namespace().call(() -> Files.readString(Path.of("/proc/thread-self/net/snmp")));
        Matcher names = ECHO_REQUESTS.matcher(snmp);
        if (!names.find()) {
            return 0;
        }
        String[] columns = names.group().split(" ");
        String[] values = snmp.substring(names.end() + 1).split("\n", 2)[0].split(" ");
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].equals("OutType8")) {
                return Long.parseLong(values[i]);
            }
        }
        return 0;
    }
}
