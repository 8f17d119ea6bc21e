package io.fanatic.cli.lab;

import io.fanatic.core.TunnelType;
import io.fanatic.harness.bench.Bar;
import io.fanatic.harness.bench.Bench;
import io.fanatic.harness.bench.Comparison;
import io.fanatic.harness.bench.Conditions;
import io.fanatic.harness.bench.Load;
import io.fanatic.harness.bench.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The figures of {@code lab bench} as a table of at most 80 columns. */
final class BenchText {
    private BenchText() {}

    static List<String> lines(Bench.Report report) {
        List<String> lines = new ArrayList<>(conditions(report));
        lines.add("");
        lines.add(format(
                "%-22s %8s %8s %8s %8s %8s %8s", "", "median", "lowest", "highest", "of plain", "by round", "waited"));
        for (Comparison comparison : report.comparisons()) {
            lines.add(comparison.load().title() + ", " + comparison.load().unit() + extra(comparison));
            for (Result each : comparison.results()) {
                lines.add(format(
                        "  %-20s %8.2f %8.2f %8.2f %8.3f %8.3f %7.1f%%",
                        each.path(),
                        each.median(),
                        each.lowest(),
                        each.highest(),
                        each.ratioTo(comparison.plain()),
                        each.ratioByRoundTo(comparison.plain()),
                        each.waited() * 100));
            }
            lines.add(detail(comparison));
        }
        lines.add("");
        lines.add("of plain: median by median; by round: median of each round's ratio; waited:");
        lines.add("how long other work kept the sender or the receiver from its CPU; disturbed: for");
        lines.add("so long that nothing can be said, try again when the machine is idle.");
        report.bars().forEach(bar -> lines.add(verdict(bar, report.comparison(bar))));
        return lines;
    }

    private static String verdict(Bar bar, Comparison comparison) {
        return format(
                "%s, fan: %.3f of %s, bar %.2f: %s",
                bar.load().title(), comparison.fanOf(bar), bar.path(), bar.ratio(), word(comparison.verdict(bar)));
    }

    /** Also in JSON. */
    static String word(Comparison.Verdict verdict) {
        return switch (verdict) {
            case MET -> "met";
            case NOT_MET -> "not met";
            case DISTURBED -> "disturbed";
        };
    }

    private static String extra(Comparison comparison) {
        if (comparison.load() instanceof Load.RoundTrips) {
            return "";
        }
        if (comparison.load() instanceof Load.Tcp) {
            return listed("retransmits", comparison, each -> format("%d", each.retransmits()));
        }
        return listed("lost", comparison, each -> format("%.1f%%", each.lost() * 100));
    }

    /** What the rates do not tell at once, in their order. */
    private static String detail(Comparison comparison) {
        String values = comparison.load() instanceof Load.RoundTrips
                ? listed("us for a round trip", comparison, each -> format("%.1f", 1000 / each.median()))
                : listed("CPU seconds of the sender for 10^9 bytes", comparison, each -> format("%.2f", each.cpu()));
        return " " + values;
    }

    private static String listed(String what, Comparison comparison, Function<Result, String> value) {
        return comparison.results().stream().map(value).collect(Collectors.joining(", ", " (" + what + ": ", ")"));
    }

    private static List<String> conditions(Bench.Report report) {
        Conditions at = report.conditions();
        return List.of(
                format("Linux %s, %d CPUs, load %.1f", at.kernel(), at.processors(), at.load()),
                at.processor(),
                "JDK " + at.java(),
                format(
                        "TCP %s, MTU %d (underlay) and %s; sender on CPU %d, receiver spins on %d,",
                        at.congestionControl(),
                        at.underlayMtu(),
                        at.innerMtu() == at.underlayMtu()
                                ? TunnelType.VXLAN.mtu(at.underlayMtu()) + " (plain VXLAN)"
                                : at.innerMtu(),
                        at.cpus().sender(),
                        at.cpus().receiver()),
                at.bridgeNetfilter()
                        ? "bridged frames pass iptables, as where Docker has loaded br_netfilter"
                        : "bridged frames pass no iptables",
                format(
                        "MSG_DONTWAIT, data copied (no MSG_TRUNC); %d rounds of %.1f s after %.1f s",
                        report.comparisons().get(0).fan().samples().size(),
                        report.timing().measured().toMillis() / 1000.0,
                        report.timing().warmUp().toMillis() / 1000.0));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
