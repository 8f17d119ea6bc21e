package io.fanatic.harness.report.format;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/**
 * One figure for each host towards each host: of several pairs (containers) the median; a pair that failed makes the cell
 * failed.
 */
final class HostMatrix {

    /** What there is to say about two hosts. */
    enum State {
        /** Nothing was tried, or it has no such figure. */
        EMPTY,
        VALUE,
        FAILED
    }

    /**
     * Two hosts.
     *
     * @param value of {@link State#VALUE}
     */
    record Cell(State state, double value) {}

    private static final Cell EMPTY = new Cell(State.EMPTY, 0);
    private static final Cell FAILED = new Cell(State.FAILED, 0);

    private final List<String> hosts;
    private final Cell[][] cells;
    private final double[] values;

    private HostMatrix(List<String> hosts, Cell[][] cells) {
        this.hosts = hosts;
        this.cells = cells;
        this.values = Arrays.stream(cells)
                .flatMap(Arrays::stream)
                .filter(cell -> cell.state() == State.VALUE)
                .mapToDouble(Cell::value)
                .sorted()
                .toArray();
    }

    /** Mean round trips in milliseconds. */
    static HostMatrix ofRtt(Report report, IpFamily family) {
        return of(
                report,
                family,
                stage -> stage.measured().rtt().isPresent()
                        ? OptionalDouble.of(stage.measured().rtt().get().average())
                        : OptionalDouble.empty());
    }

    /** Payload bits per second. */
    static HostMatrix ofRate(Report report, IpFamily family) {
        return of(report, family, stage -> stage.measured().bitsPerSecond());
    }

    private static HostMatrix of(Report report, IpFamily family, Function<Stage, OptionalDouble> figure) {
        Map<String, String> owners = report.topology().hostsByNode();
        List<String> hosts = hosts(report, owners);
        int size = hosts.size();
        Map<String, Integer> index = new java.util.HashMap<>();
        hosts.forEach(host -> index.put(host, index.size()));
        List<List<Double>> values = new ArrayList<>();
        for (int i = 0; i < size * size; i++) {
            values.add(new ArrayList<>());
        }
        boolean[] failed = new boolean[size * size];
        for (Pair pair : report.pairs()) {
            if (pair.from().equals(pair.to())) {
                // Nothing of it crosses a network.
                continue;
            }
            int from = index.getOrDefault(owners.getOrDefault(pair.from(), pair.from()), 0);
            int to = index.getOrDefault(owners.getOrDefault(pair.to(), pair.to()), 0);
            for (Stage stage : pair.stages()) {
                if (stage.family() != family) {
                    continue;
                }
                failed[from * size + to] |= stage.outcome() == Outcome.FAILED;
                figure.apply(stage).ifPresent(values.get(from * size + to)::add);
            }
        }
        Cell[][] cells = new Cell[size][size];
        for (int from = 0; from < size; from++) {
            for (int to = 0; to < size; to++) {
                int at = from * size + to;
                cells[from][to] = failed[at] ? FAILED : cell(values.get(at));
            }
        }
        return new HostMatrix(hosts, cells);
    }

    private static Cell cell(List<Double> values) {
        if (values.isEmpty()) {
            return EMPTY;
        }
        return new Cell(
                State.VALUE,
                median(values.stream().mapToDouble(Double::doubleValue).sorted().toArray()));
    }

    /** The hosts of the topology, then all others that are in a pair. */
    private static List<String> hosts(Report report, Map<String, String> owners) {
        Set<String> hosts = new LinkedHashSet<>();
        report.topology().hosts().forEach(host -> hosts.add(host.name()));
        for (Pair pair : report.pairs()) {
            hosts.add(owners.getOrDefault(pair.from(), pair.from()));
            hosts.add(owners.getOrDefault(pair.to(), pair.to()));
        }
        return List.copyOf(hosts);
    }

    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Of all values, at least one. */
    double median() {
        return median(values);
    }

    List<String> hosts() {
        return hosts;
    }

    int size() {
        return hosts.size();
    }

    Cell cell(int from, int to) {
        return cells[from][to];
    }

    /** Whether there is a value from a host to itself, between its containers. */
    boolean hasOwn() {
        for (int host = 0; host < hosts.size(); host++) {
            if (cells[host][host].state() == State.VALUE) {
                return true;
            }
        }
        return false;
    }

    /** All values, ascending. */
    double[] values() {
        return values.clone();
    }

    /** Whether there is anything to show. */
    boolean isEmpty() {
        return values.length == 0;
    }
}
