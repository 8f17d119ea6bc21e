package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Topology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Hosts around their underlay, as an SVG drawing that takes its colours from the page. Few hosts are boxes with their
 * addresses, many are dots with their name turned outward; containers sit around their host; a red line joins two hosts
 * between which something failed.
 */
final class TopologyDrawing {
    private static final int WIDTH = 640;
    private static final int BOXES_UP_TO = 8;
    private static final int BOX_WIDTH = 148;
    private static final int BOX_HEIGHT = 62;
    /** For the containers of the lowest host. */
    private static final int ROOM_BELOW = 34;

    private static final int MAX_CONTAINERS_DRAWN = 12;

    private final StringBuilder html;
    private final Report report;
    private final List<Topology.Host> hosts;
    private final boolean boxes;
    private final int height;
    private final double centreY;
    private final double radiusX;
    private final double radiusY;

    private TopologyDrawing(StringBuilder html, Report report) {
        this.html = html;
        this.report = report;
        this.hosts = report.topology().hosts();
        this.boxes = hosts.size() <= BOXES_UP_TO;
        this.height = boxes ? (hosts.size() <= 2 ? 200 : hosts.size() <= 4 ? 380 : 500) : 640;
        this.centreY = height / 2.0;
        this.radiusX = 236;
        this.radiusY = boxes ? height / 2.0 - BOX_HEIGHT / 2.0 - ROOM_BELOW : 236;
    }

    /** Appends the figure. */
    static void append(StringBuilder html, Report report) {
        new TopologyDrawing(html, report).figure();
    }

    private void figure() {
        Topology topology = report.topology();
        String summary = Figures.count(hosts.size(), "host") + " with "
                + Figures.count(topology.containers(), "container")
                + (topology.fans().isEmpty() ? "" : ": " + Summary.joined(topology.fans()));
        StringBuilder chords = chords();
        Set<String> sick = Summary.unreached(report);
        html.append("<figure class=\"topology\" id=\"topology\"><figcaption><h2>Topology</h2><p>");
        html.append(Html.escape(summary)).append(".");
        if (chords.length() > 0) {
            html.append(" A red line joins hosts between which something failed.");
        }
        html.append("</p></figcaption>\n");
        html.append(String.format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" class=\"%s\">%n",
                WIDTH, height, Html.escape("Drawing: " + summary), boxes ? "boxes" : "dots"));
        for (int i = 0; i < hosts.size(); i++) {
            html.append(line("cable", WIDTH / 2.0, centreY, x(i), y(i)));
        }
        html.append(chords);
        hub();
        for (int i = 0; i < hosts.size(); i++) {
            if (boxes) {
                box(i, sick.contains(hosts.get(i).name()));
            } else {
                dot(i, sick.contains(hosts.get(i).name()));
            }
        }
        html.append("</svg></figure>\n");
    }

    private double angle(int host) {
        // Two hosts face each other left and right; otherwise the first is at the top.
        double first = hosts.size() == 2 ? Math.PI : -Math.PI / 2;
        return first + 2 * Math.PI * host / hosts.size();
    }

    private double x(int host) {
        return WIDTH / 2.0 + radiusX * Math.cos(angle(host));
    }

    private double y(int host) {
        return centreY + radiusY * Math.sin(angle(host));
    }

    private StringBuilder chords() {
        Map<String, Integer> index = new HashMap<>();
        hosts.forEach(host -> index.put(host.name(), index.size()));
        Map<String, String> owners = report.topology().hostsByNode();
        Set<List<Integer>> drawn = new HashSet<>();
        StringBuilder chords = new StringBuilder();
        for (Pair pair : report.pairs()) {
            Integer from = index.get(owners.getOrDefault(pair.from(), pair.from()));
            Integer to = index.get(owners.getOrDefault(pair.to(), pair.to()));
            if (pair.outcome() == Outcome.FAILED && from != null && to != null) {
                if (!from.equals(to) && drawn.add(List.of(Math.min(from, to), Math.max(from, to)))) {
                    chords.append(chord(from, to));
                }
            }
        }
        return chords;
    }

    /** Bent a little towards the middle, past it rather than through it. */
    private String chord(int from, int to) {
        double middleX = (x(from) + x(to)) / 2;
        double middleY = (y(from) + y(to)) / 2;
        double awayX = (middleX - WIDTH / 2.0) * 0.45 + WIDTH / 2.0 + (y(to) - y(from)) * 0.12;
        double awayY = (middleY - centreY) * 0.45 + centreY + (x(from) - x(to)) * 0.12;
        return String.format(
                Locale.ROOT,
                "<path class=\"failed\" d=\"M%.1f %.1fQ%.1f %.1f %.1f %.1f\"/>%n",
                x(from),
                y(from),
                awayX,
                awayY,
                x(to),
                y(to));
    }

    private void hub() {
        html.append(String.format(
                Locale.ROOT,
                "<ellipse class=\"hub\" cx=\"%d\" cy=\"%.1f\" rx=\"%d\" ry=\"%d\"/>%n",
                WIDTH / 2,
                centreY,
                70,
                30));
        List<String> underlays = report.topology().fans().stream()
                .map(fan -> fan.underlay().toString())
                .distinct()
                .toList();
        text("name", WIDTH / 2.0, centreY + (underlays.isEmpty() ? 5 : -2), "underlay");
        if (!underlays.isEmpty()) {
            text("detail", WIDTH / 2.0, centreY + 15, String.join(", ", underlays));
        }
    }

    private void box(int number, boolean sick) {
        Topology.Host host = hosts.get(number);
        double left = x(number) - BOX_WIDTH / 2.0;
        double top = y(number) - BOX_HEIGHT / 2.0;
        containers(host, x(number), top + BOX_HEIGHT, BOX_WIDTH - 16);
        html.append(String.format(
                Locale.ROOT,
                "<rect class=\"host%s\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n",
                sick ? " sick" : "",
                left,
                top,
                BOX_WIDTH,
                BOX_HEIGHT));
        text("name", x(number), top + 20, shorten(host.name(), 16));
        text("detail", x(number), top + 37, host.underlayAddress().toString());
        text("detail", x(number), top + 53, Summary.joined(host.overlayAddresses()));
    }

    private static String shorten(String name, int most) {
        return name.length() <= most ? name : name.substring(0, most - 1) + "…";
    }

    /** Under the box, as many as there is room for, then how many there are. */
    private void containers(Topology.Host host, double x, double y, double width) {
        int count = host.containers().size();
        int drawn = Math.min(count, MAX_CONTAINERS_DRAWN);
        double step = width / MAX_CONTAINERS_DRAWN;
        double start = x - step * (drawn - 1) / 2;
        for (int i = 0; i < drawn; i++) {
            Topology.Container container = host.containers().get(i);
            html.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"container\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%s %s</title></circle>%n",
                    start + i * step,
                    y + 8,
                    Html.escape(container.name()),
                    container.address()));
        }
        if (count > drawn) {
            text("detail", x, y + 28, "and " + (count - drawn) + " more");
        }
    }

    private void dot(int number, boolean sick) {
        Topology.Host host = hosts.get(number);
        double degrees = Math.toDegrees(angle(number));
        boolean flipped = Math.cos(angle(number)) < -1e-9;
        html.append(String.format(
                Locale.ROOT,
                "<g transform=\"translate(%.1f %.1f) rotate(%.1f)\"><title>%s %s %s, %s</title>"
                        + "<circle class=\"host%s\" r=\"%.1f\"/>"
                        + "<text class=\"name\" x=\"%d\" y=\"4\" text-anchor=\"%s\"%s>%s</text></g>%n",
                x(number),
                y(number),
                degrees,
                Html.escape(host.name()),
                host.underlayAddress(),
                Summary.joined(host.overlayAddresses()),
                Figures.count(host.containers().size(), "container"),
                sick ? " sick" : "",
                hosts.size() > 40 ? 7.0 : 9.0,
                flipped ? -14 : 14,
                flipped ? "end" : "start",
                flipped ? " transform=\"rotate(180)\"" : "",
                Html.escape(shorten(host.name(), 15))));
    }

    private static String line(String kind, double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                kind,
                x1,
                y1,
                x2,
                y2);
    }

    private void text(String kind, double x, double y, String words) {
        html.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>%n",
                kind,
                x,
                y,
                Html.escape(words)));
    }
}
