package io.fanatic.cli.reach;

import io.fanatic.cli.terminal.Wrap;
import io.fanatic.harness.reach.Explanation;
import io.fanatic.harness.reach.Peer;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Stage;
import io.fanatic.harness.reach.Units;
import io.fanatic.harness.throughput.Throughput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reports for people, at most {@value #WIDTH} columns wide. */
final class ReachText {
    static final int WIDTH = 80;

    private static final int NAME = 19;
    private static final int STATUS = 7;
    private static final int HOST = 17;
    private static final int RTT = 12;

    private ReachText() {}

    static String peer(Peer peer) {
        return "Testing " + peer.underlay() + ", which is " + peer.address() + " in the fan "
                + peer.fan().overlay();
    }

    /** One stage, as it ends. */
    static List<String> stage(Stage stage) {
        return wrapped("  " + Wrap.pad(stage.name(), NAME) + Wrap.pad(status(stage), STATUS), stage.sentence());
    }

    private static String status(Stage stage) {
        return switch (stage.status()) {
            case PASSED -> "ok";
            case FAILED -> "FAILED";
            case SKIPPED -> "-";
        };
    }

    static List<String> explanation(PeerReport report) {
        if (report.explanation().isEmpty()) {
            return List.of();
        }
        Explanation why = report.explanation().get();
        List<String> lines = new ArrayList<>();
        String sentence = why.sentence();
        String capital = Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
        lines.addAll(wrapped("  Why: ", capital + "."));
        lines.addAll(wrapped("  Try: ", report.advice()));
        return lines;
    }

    /** @param ipv6 whether a fan here has an IPv6 overlay: then there is a column for its round trips */
    static String header(boolean ipv6) {
        return Wrap.pad("host", HOST) + Wrap.pad("result", STATUS) + Wrap.pad("rtt avg", RTT)
                + (ipv6 ? Wrap.pad("by IPv6", RTT) : "") + Wrap.pad("to it", 14) + "from it";
    }

    /** A host in one line, or why it failed in a few. */
    static List<String> row(PeerReport report, boolean ipv6) {
        String host = Wrap.pad(report.given().toString(), HOST) + Wrap.pad(report.ok() ? "ok" : "FAILED", STATUS);
        if (report.explanation().isPresent()) {
            return wrapped(host, report.explanation().get().sentence());
        }
        StringBuilder line = new StringBuilder(host);
        List<String> rates = new ArrayList<>();
        String roundTripsByIpv6 = "-";
        for (Stage stage : report.stages()) {
            if (stage instanceof Stage.Pinged pinged) {
                line.append(Wrap.pad(roundTrip(pinged), RTT));
            } else if (stage instanceof Stage.ByIpv6 other && other.stage() instanceof Stage.Pinged pinged) {
                roundTripsByIpv6 = roundTrip(pinged);
            } else if (stage instanceof Stage.Rate rate && rate.result() instanceof Throughput.Measured measured) {
                rates.add(Units.bitsPerSecond(measured.bitsPerSecond()));
            }
        }
        if (ipv6) {
            line.append(Wrap.pad(roundTripsByIpv6, RTT));
        }
        rates.forEach(rate -> line.append(Wrap.pad(rate, 14)));
        return List.of(line.toString().stripTrailing());
    }

    private static String roundTrip(Stage.Pinged pinged) {
        return String.format(Locale.ROOT, "%.3f ms", pinged.result().averageNanos() / 1e6);
    }

    /** What the rates were measured under; nothing without rates. */
    static List<String> conditions(List<PeerReport> reports) {
        Optional<Throughput.Measured> any = reports.stream()
                .flatMap(report -> report.stages().stream())
                .filter(Stage.Rate.class::isInstance)
                .map(stage -> ((Stage.Rate) stage).result())
                .filter(Throughput.Measured.class::isInstance)
                .map(Throughput.Measured.class::cast)
                .findFirst();
        return any.map(measured -> wrapped(
                        "",
                        String.format(
                                Locale.ROOT,
                                "Measured on Linux %s with %d CPUs, %s %s, congestion control %s here and %s there, MTU %d.",
                                measured.conditions().kernel(),
                                measured.conditions().processors(),
                                measured.conditions().streams() == 1
                                        ? "one"
                                        : measured.conditions().streams(),
                                measured.conditions().streams() == 1 ? "stream" : "streams",
                                measured.conditions().congestion(),
                                measured.conditions().peerCongestion(),
                                measured.conditions().mtu())))
                .orElse(List.of());
    }

    static String total(List<PeerReport> reports) {
        long good = reports.stream().filter(PeerReport::ok).count();
        return good + " of " + reports.size() + (reports.size() == 1 ? " host" : " hosts") + " passed.";
    }

    /** Further lines begin below the text of the first. */
    private static List<String> wrapped(String start, String text) {
        return Wrap.lines(start, " ".repeat(start.length()), text, WIDTH);
    }
}
