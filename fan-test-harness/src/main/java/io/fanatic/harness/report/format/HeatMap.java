package io.fanatic.harness.report.format;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * A matrix of hosts by hosts, for the templates. On the page it is a table: numbers and headings serve readers who cannot see
 * colours, and only the style hides them where there is no room.
 *
 * @param id of its figure on the page: {@code rtt}
 * @param matrix with at least one value
 * @param unit for values around the median
 * @param moreIsBetter whether a high value is a good one
 */
record HeatMap(String id, String title, HostMatrix matrix, Figures.Unit unit, boolean moreIsBetter) {
    /** Up to this size there is room for numbers on a phone, on paper, on a screen. */
    private static final int PHONE = 8;

    private static final int PAPER = 14;
    private static final int SCREEN = 22;

    /** Up to this size there is room in a table of text. */
    private static final int TEXT = 16;

    /** Above this size not every host has its name at the edge where it is narrow. */
    private static final int EVERY = 8;

    /** Empty when there is none of that family. */
    static Optional<HeatMap> ofRate(String title, Report report, IpFamily family) {
        HostMatrix rates = HostMatrix.ofRate(report, family);
        return of(id("throughput", family), title(title, family), rates, Figures::rateUnit, true);
    }

    /** As {@link #ofRate}, of round trips. */
    static Optional<HeatMap> ofRtt(String title, Report report, IpFamily family) {
        HostMatrix rtts = HostMatrix.ofRtt(report, family);
        return of(id("rtt", family), title(title, family), rtts, Figures::timeUnit, false);
    }

    private static String id(String id, IpFamily family) {
        return family == IpFamily.IPV4 ? id : id + "-ipv6";
    }

    /** What is said of IPv4, and with that word more of IPv6. */
    static String title(String title, IpFamily family) {
        return family == IpFamily.IPV4 ? title : title + ", IPv6";
    }

    private static Optional<HeatMap> of(
            String id, String title, HostMatrix matrix, DoubleFunction<Figures.Unit> units, boolean moreIsBetter) {
        return matrix.isEmpty()
                ? Optional.empty()
                : Optional.of(new HeatMap(id, title, matrix, units.apply(matrix.median()), moreIsBetter));
    }

    boolean several() {
        return matrix.values().length > 1;
    }

    String median() {
        return unit.number(matrix.median());
    }

    String lowest() {
        return unit.number(matrix.values()[0]);
    }

    String highest() {
        return unit.number(matrix.values()[matrix.values().length - 1]);
    }

    Scale scale() {
        return Scale.forColours(matrix.values());
    }

    String gradient() {
        return Palette.gradient();
    }

    /** What the colours stand for: the worst, the middle and the best. */
    List<String> legend() {
        Scale scale = scale();
        double worst = moreIsBetter ? 0 : 1;
        return List.of(unit.number(scale.at(worst)), unit.number(scale.at(0.5)), unit.number(scale.at(1 - worst)));
    }

    String best() {
        return moreIsBetter ? "fast" : "quick";
    }

    int size() {
        return matrix.size();
    }

    boolean wide() {
        return size() > TEXT;
    }

    String room() {
        return size() <= PHONE ? "phone" : size() <= PAPER ? "paper" : size() <= SCREEN ? "screen" : "dense";
    }

    boolean isLong() {
        return longest() > 4;
    }

    int nameWidth() {
        return Math.min(longest(), 15);
    }

    private int longest() {
        return matrix.hosts().stream().mapToInt(String::length).max().orElse(1);
    }

    /**
     * From one host to each.
     *
     * @param every whether its name has room in any case
     */
    record Row(String name, boolean every, List<Cell> cells) {}

    /**
     * From one host to another.
     *
     * @param number the value in the matrix's unit, rounded; empty when there is none
     * @param step of the {@link Palette}
     */
    record Cell(String pair, boolean failed, String number, long step, String exact) {
        boolean empty() {
            return !failed && number.isEmpty();
        }
    }

    List<Row> rows() {
        Scale scale = scale();
        List<Row> rows = new ArrayList<>();
        for (int from = 0; from < size(); from++) {
            List<Cell> cells = new ArrayList<>();
            for (int to = 0; to < size(); to++) {
                cells.add(cell(from, to, scale));
            }
            rows.add(new Row(matrix.hosts().get(from), from % EVERY == 0, cells));
        }
        return rows;
    }

    private Cell cell(int from, int to, Scale scale) {
        HostMatrix.Cell cell = matrix.cell(from, to);
        String pair = matrix.hosts().get(from) + " to " + matrix.hosts().get(to);
        if (cell.state() != HostMatrix.State.VALUE) {
            return new Cell(pair, cell.state() == HostMatrix.State.FAILED, "", 0, "");
        }
        double share = scale.share(cell.value());
        long step = Math.round((moreIsBetter ? share : 1 - share) * (Palette.STEPS - 1));
        return new Cell(pair, false, unit.number(cell.value()), step, Double.toString(cell.value()));
    }
}
