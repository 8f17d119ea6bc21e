package io.fanatic.cli.container.lxd;

import static io.fanatic.cli.container.EngineHost.namespace;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Incus on each of two hosts. */
class IncusEngineTest extends InstanceEngineTests {
    private static final int TOGETHER = 16;
    /** How long busybox' udhcpc does nothing after each refusal (NAK). */
    private static final long UDHCPC_SLEEPS_MILLIS = 3000;

    private static final long DEADLINE_NANOS = 60_000_000_000L;

    @Override
    EngineKind kind() {
        return EngineKind.INCUS;
    }

    @Override
    Lxd start(LabHost host) {
        return Lxd.startIncus(host);
    }

    /** From when an instance first asks; dnsmasq refuses an address that it has offered to two, see DnsmasqTest. */
    @Test
    void instancesThatStartTogetherHaveAddressesWithinTwoSecondsUnlessTheyAreRefusedOne(Lab lab) throws IOException {
        engine(lab, 0).enable();
        List<String> names =
                IntStream.rangeClosed(1, TOGETHER).mapToObj(i -> "t" + i).toList();
        long start = System.currentTimeMillis();
        daemon(0).runTogether(names, "default", "fan-250");
        Set<Ipv4Address> addresses = new HashSet<>();
        List<Long> times = new ArrayList<>();
        long last = start;
        int refusals = 0;
        for (String name : names) {
            long pid = daemon(0).pidOf(name);
            addresses.add(ContainerNet.await(namespace(pid)).address());
            Path run = Path.of("/proc/" + pid + "/root/run");
            await(run.resolve("dhcp-bound"));
            Path refused = run.resolve("dhcp-refused");
            int count = Files.exists(refused) ? Files.readAllLines(refused).size() : 0;
            long bound = millis(run.resolve("dhcp-bound"));
            long took = bound - millis(run.resolve("dhcp-began"));
            assertThat(took).as(name + ", refused " + count + " times").isLessThan(2000 + count * UDHCPC_SLEEPS_MILLIS);
            times.add(took);
            refusals += count;
            last = Math.max(last, bound);
        }
        Collections.sort(times);
        System.out.println(
                "number: milliseconds until Incus' instances that start together have an address, from when they ask,"
                        + " half of them and all; from the command that makes and starts them; refusals: " + TOGETHER
                        + ": "
                        + times.get(TOGETHER / 2 - 1) + ", " + times.get(TOGETHER - 1) + "; " + (last - start) + "; "
                        + refusals);
        assertThat(addresses).hasSize(TOGETHER);
    }

    private static long millis(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }

    private static void await(Path file) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as(file.toString()).isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
