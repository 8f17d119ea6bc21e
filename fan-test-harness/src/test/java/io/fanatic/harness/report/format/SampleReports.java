package io.fanatic.harness.report.format;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Rtt;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** Reports as tests could have made them, always with the same numbers. */
final class SampleReports {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    static final Conditions CONDITIONS =
            new Conditions("6.18.44", 2, "cubic", OptionalInt.of(1500), OptionalInt.of(1450), "0.1.0");

    private SampleReports() {}

    /**
     * Every host to every other one.
     *
     * @param failing the number of a host that nobody reaches, 0 for none
     */
    static Report of(int hosts, int containers, int failing) {
        Random random = new Random(hosts);
        List<Topology.Host> there = new ArrayList<>();
        for (int host = 1; host <= hosts; host++) {
            there.add(host(host, containers));
        }
        List<Pair> pairs = new ArrayList<>();
        for (int from = 1; from <= hosts; from++) {
            for (int to = 1; to <= hosts; to++) {
                if (from != to) {
                    boolean bad = from == failing || to == failing;
                    pairs.add(bad ? broken(from, to, failing) : working(from, to, random));
                }
            }
        }
        return new Report(
                hosts + " hosts, every one to every other one",
                Instant.parse("2026-11-24T09:30:00Z"),
                hosts * hosts * 0.011,
                CONDITIONS,
                new Topology(List.of(FAN), there),
                failing == 0 ? List.of() : List.of("Host h" + failing + " was stopped on purpose."),
                List.of(
                        new Trial("way out", "h1c1 to 203.0.113.1", Outcome.OK, 0.01, "seen as 10.0.0.1", ""),
                        new Trial("lies", "host h1 as 250.0.3.2", Outcome.OK, 0.2, "3 of 3 forged frames refused", "")),
                pairs);
    }

    private static Topology.Host host(int number, int containers) {
        FanSlice slice = FAN.slice(Ipv4Prefix.parse("10.0.0.0/16").network().plus(number));
        List<Topology.Container> inner = new ArrayList<>();
        for (int i = 0; i < containers; i++) {
            Ipv4Address address = slice.firstContainerAddress().plus(i);
            inner.add(new Topology.Container("h" + number + "c" + (i + 1), address));
        }
        return new Topology.Host("h" + number, slice.underlayAddress(), List.of(slice.hostAddress()), inner);
    }

    private static Pair working(int from, int to, Random random) {
        double average = 0.05 + Math.abs(random.nextGaussian()) * 0.03;
        Stage ping = Stage.ok("ping")
                .with(Measured.NOTHING
                        .withRtt(new Rtt(average * 0.8, average, average * 1.7))
                        .withLoss(0))
                .withSeconds(0.004);
        Stage throughput = Stage.ok("throughput")
                .with(Measured.NOTHING
                        .withBitsPerSecond(9e9 + random.nextGaussian() * 9e8)
                        .withBytes(8 << 20)
                        .withStreams(1)
                        .withRetransmits(from == 1 ? 3 : 0))
                .withSeconds(0.01);
        return new Pair("h" + from, "h" + to, List.of(ping, throughput));
    }

    private static Pair broken(int from, int to, int failing) {
        Stage ping = Stage.failed(
                        "ping",
                        "10.0.0." + failing + " does not answer on the underlay either: the host is down or cut off.",
                        "ping -c3 10.0.0." + failing)
                .with(Measured.NOTHING.withLoss(1));
        return new Pair("h" + from, "h" + to, List.of(ping, Stage.skipped("throughput", "ping failed")));
    }

    /** One pair that passed and one that failed, with names that would like to be markup. */
    static Report small(String title, String from, String to) {
        Stage ping = Stage.ok("ping")
                .with(Measured.NOTHING.withRtt(new Rtt(0.05, 0.0712, 0.12)).withLoss(0))
                .withSeconds(0.004);
        Stage data = Stage.ok("data")
                .with(Measured.NOTHING.withBitsPerSecond(8.4e9).withBytes(8 << 20))
                .withSeconds(0.01);
        Stage refused = Stage.failed("data", "Nobody listens on " + to + ".", "fanatic serve");
        return new Report(
                title,
                Instant.parse("2026-11-24T09:30:00Z"),
                1.5,
                CONDITIONS,
                new Topology(List.of(FAN), List.of(host(1, 1), host(2, 0))),
                List.of("Containers were sampled."),
                List.of(new Trial("way out", "h1c1 to outside", Outcome.OK, 0.01, "seen as 10.0.0.1", "")),
                List.of(
                        new Pair(from, to, List.of(ping, data)),
                        new Pair(to, from, List.of(ping, refused, Stage.skipped("throughput", "data failed")))));
    }

    /** Writes some to look at, with pictures: {@code SampleReports DIRECTORY}. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        ReportFiles.write(of(2, 0, 0), directory.resolve("2"));
        ReportFiles.write(of(3, 2, 0), directory.resolve("3"));
        ReportFiles.write(of(8, 30, 7), directory.resolve("8"));
        ReportFiles.write(of(20, 1, 0), directory.resolve("20"));
        ReportFiles.write(of(64, 1, 42), directory.resolve("64"));
        try (Chromium chromium = Chromium.start(Files.createTempDirectory("sample-reports"))) {
            for (String name : List.of("2", "3", "8", "20", "64")) {
                chromium.open(directory.resolve(name).resolve(ReportFiles.HTML).toAbsolutePath());
                for (String scheme : List.of("light", "dark")) {
                    for (int width : new int[] {360, 1280}) {
                        chromium.prefer(scheme);
                        chromium.resize(width, 800);
                        chromium.screenshot(directory.resolve(name + "-" + scheme + "-" + width + ".png"));
                    }
                }
                chromium.prefer("light");
                Files.write(directory.resolve(name + ".pdf"), chromium.pdf());
            }
        }
    }
}
