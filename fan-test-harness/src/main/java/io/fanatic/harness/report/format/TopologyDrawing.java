package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Hosts around their underlay, as the coordinates of a drawing 640 wide. Few hosts are boxes with their addresses, many are dots
 * with their name turned outward; containers sit around their host; a red line joins two hosts between which something failed.
 */
final class TopologyDrawing {
    private static final int WIDTH = 640;
    private static final int RADIUS = 236;
    private static final int BOXES_UP_TO = 8;
    private static final int BOX_WIDTH = 148;
    private static final int BOX_HEIGHT = 62;
    /** For the containers of the lowest host. */
    private static final int ROOM_BELOW = 34;

    private static final int MAX_CONTAINERS_DRAWN = 12;

    private final Report report;
    private final List<Topology.Host> there;
    private final Set<String> sick;
    private final boolean boxes;
    private final int height;
    private final double radiusY;

    TopologyDrawing(Report report) {
        this.report = report;
        this.there = report.topology().hosts();
        this.sick = Summary.unreached(report);
        this.boxes = there.size() <= BOXES_UP_TO;
        this.height = boxes ? (there.size() <= 2 ? 200 : there.size() <= 4 ? 380 : 500) : 640;
        this.radiusY = boxes ? height / 2.0 - BOX_HEIGHT / 2.0 - ROOM_BELOW : RADIUS;
    }

    String summary() {
        Topology topology = report.topology();
        return Figures.count(there.size(), "host") + " with " + Figures.count(topology.containers(), "container")
                + (topology.fans().isEmpty() ? "" : ": " + Summary.joined(topology.fans()));
    }

    boolean boxes() {
        return boxes;
    }

    int height() {
        return height;
    }

    double centreY() {
        return height / 2.0;
    }

    Optional<String> underlays() {
        String underlays = report.topology().fans().stream()
                .map(fan -> fan.underlay().toString())
                .distinct()
                .collect(Collectors.joining(", "));
        return Optional.of(underlays).filter(text -> !text.isEmpty());
    }

    double hubY() {
        return centreY() + (underlays().isEmpty() ? 5 : -2);
    }

    double underlaysY() {
        return centreY() + 15;
    }

    /** A curve between two hosts. */
    record Chord(Host from, double awayX, double awayY, Host to) {}

    List<Chord> chords() {
        Map<String, Host> byName = new HashMap<>();
        hosts().forEach(host -> byName.put(host.host.name(), host));
        Map<String, String> owners = report.topology().hostsByNode();
        Set<Set<String>> drawn = new HashSet<>();
        List<Chord> chords = new ArrayList<>();
        for (Pair pair : report.pairs()) {
            Host from = byName.get(owners.getOrDefault(pair.from(), pair.from()));
            Host to = byName.get(owners.getOrDefault(pair.to(), pair.to()));
            if (pair.outcome() == Outcome.FAILED
                    && from != null
                    && to != null
                    && from != to
                    && drawn.add(Set.of(from.host.name(), to.host.name()))) {
                chords.add(chord(from, to));
            }
        }
        return chords;
    }

    boolean failed() {
        return !chords().isEmpty();
    }

    /** Bent a little towards the middle, past it rather than through it. */
    private Chord chord(Host from, Host to) {
        double middleX = (from.x() + to.x()) / 2;
        double middleY = (from.y() + to.y()) / 2;
        double awayX = (middleX - WIDTH / 2.0) * 0.45 + WIDTH / 2.0 + (to.y() - from.y()) * 0.12;
        double awayY = (middleY - centreY()) * 0.45 + centreY() + (from.x() - to.x()) * 0.12;
        return new Chord(from, awayX, awayY, to);
    }

    List<Host> hosts() {
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < there.size(); i++) {
            hosts.add(new Host(there.get(i), i));
        }
        return hosts;
    }

    /** A container under its host's box. */
    record Circle(Topology.Container container, double cx, double cy) {}

    /** A host as a box, and as a dot. */
    final class Host {
        private final Topology.Host host;
        private final double angle;

        private Host(Topology.Host host, int number) {
            this.host = host;
            // Two hosts face each other left and right; otherwise the first is at the top.
            this.angle = (there.size() == 2 ? Math.PI : -Math.PI / 2) + 2 * Math.PI * number / there.size();
        }

        Topology.Host host() {
            return host;
        }

        boolean sick() {
            return sick.contains(host.name());
        }

        double x() {
            return WIDTH / 2.0 + RADIUS * Math.cos(angle);
        }

        double y() {
            return centreY() + radiusY * Math.sin(angle);
        }

        double left() {
            return x() - BOX_WIDTH / 2.0;
        }

        double top() {
            return y() - BOX_HEIGHT / 2.0;
        }

        double nameY() {
            return top() + 20;
        }

        double underlayY() {
            return top() + 37;
        }

        double overlayY() {
            return top() + 53;
        }

        String name() {
            int most = boxes ? 16 : 15;
            String name = host.name();
            return name.length() <= most ? name : name.substring(0, most - 1) + "…";
        }

        String overlay() {
            return Summary.joined(host.overlayAddresses());
        }

        /** Under the box, as many as there is room for, then how many there are. */
        List<Circle> circles() {
            double step = (BOX_WIDTH - 16.0) / MAX_CONTAINERS_DRAWN;
            int drawn = Math.min(host.containers().size(), MAX_CONTAINERS_DRAWN);
            double start = x() - step * (drawn - 1) / 2;
            List<Circle> circles = new ArrayList<>();
            for (int i = 0; i < drawn; i++) {
                circles.add(new Circle(host.containers().get(i), start + i * step, top() + BOX_HEIGHT + 8));
            }
            return circles;
        }

        Optional<Integer> moreContainers() {
            return Optional.of(host.containers().size() - MAX_CONTAINERS_DRAWN).filter(more -> more > 0);
        }

        double moreY() {
            return top() + BOX_HEIGHT + 28;
        }

        String containers() {
            return Figures.count(host.containers().size(), "container");
        }

        double degrees() {
            return Math.toDegrees(angle);
        }

        boolean flipped() {
            return Math.cos(angle) < -1e-9;
        }

        double radius() {
            return there.size() > 40 ? 7 : 9;
        }
    }
}
