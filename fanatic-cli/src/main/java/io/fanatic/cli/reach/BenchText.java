package io.fanatic.cli.reach;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.reach.Units;
import io.fanatic.harness.throughput.Conditions;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.StreamResult;
import io.fanatic.harness.throughput.Throughput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A throughput test as a table of at most 80 columns. */
final class BenchText {
    private static final int MAX_ROWS = 16;

    private BenchText() {}

    static List<String> lines(IpAddress address, Throughput.Measured measured) {
        IperfSpec spec = measured.spec();
        boolean tcp = spec.protocol() == Protocol.TCP;
        List<String> lines = new ArrayList<>();
        lines.addAll(conditions(address, spec, measured.conditions()));
        lines.add("");
        lines.add(format(
                "%-12s %14s %12s %8s  %s", "", "received", "bytes", "seconds", tcp ? "retransmits" : "lost, jitter"));
        List<StreamResult> streams = measured.streams();
        if (streams.size() > 1 && streams.size() <= MAX_ROWS) {
            for (StreamResult stream : streams) {
                lines.add(row((stream.sending() ? "to it " : "from it ") + stream.id(), List.of(stream), tcp));
            }
        }
        for (boolean sending : new boolean[] {true, false}) {
            List<StreamResult> these =
                    streams.stream().filter(each -> each.sending() == sending).toList();
            if (!these.isEmpty()) {
                lines.add(row(sending ? "to it" : "from it", these, tcp));
            }
        }
        return lines;
    }

    private static List<String> conditions(IpAddress address, IperfSpec spec, Conditions at) {
        boolean tcp = spec.protocol() == Protocol.TCP;
        String streams = at.streams() == 1 ? "one stream" : at.streams() + " streams";
        String rate = spec.rate() == 0 ? "" : " of " + Units.bitsPerSecond(spec.rate());
        return List.of(
                format(
                        "%s to %s: %s%s, %s %d",
                        spec.protocol(), address, streams, rate, tcp ? "writes of" : "datagrams of", spec.length()),
                format("Linux %s, %d CPUs, MTU %d, segment %d", at.kernel(), at.processors(), at.mtu(), at.segment()),
                tcp
                        ? "congestion control " + at.congestion() + " here, " + at.peerCongestion() + " there"
                        : "no congestion control");
    }

    private static String row(String name, List<StreamResult> streams, boolean tcp) {
        double rate = streams.stream().mapToDouble(StreamResult::bitsPerSecond).sum();
        long bytes = streams.stream().mapToLong(StreamResult::receivedBytes).sum();
        double seconds =
                streams.stream().mapToDouble(StreamResult::seconds).max().orElse(0);
        return format(
                "%-12s %14s %12s %8.2f  %s",
                name, Units.bitsPerSecond(rate), bytes(bytes), seconds, tcp ? retransmits(streams) : losses(streams));
    }

    private static String retransmits(List<StreamResult> streams) {
        boolean known = streams.stream().anyMatch(each -> each.retransmits().isPresent());
        return known
                ? Long.toString(streams.stream()
                        .mapToLong(each -> each.retransmits().orElse(0))
                        .sum())
                : "unknown";
    }

    private static String losses(List<StreamResult> streams) {
        long packets = 0;
        long lost = 0;
        double jitter = 0;
        for (StreamResult each : streams) {
            packets += each.datagrams().map(counts -> counts.packets()).orElse(0L);
            lost += each.datagrams().map(counts -> counts.lost()).orElse(0L);
            jitter += each.datagrams().map(counts -> counts.jitterSeconds()).orElse(0.0) / streams.size();
        }
        return format("%d of %d, %.3f ms", lost, packets, jitter * 1000);
    }

    private static String bytes(long bytes) {
        if (bytes >= 1L << 30) {
            return format("%.2f GiB", bytes / (double) (1L << 30));
        }
        return bytes >= 1 << 20 ? format("%.1f MiB", bytes / (double) (1 << 20)) : format("%.1f KiB", bytes / 1024.0);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
