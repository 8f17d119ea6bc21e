package io.fanatic.harness.report.format;

import java.util.function.DoubleFunction;

/**
 * A heat map of hosts by hosts. It is a table: numbers and headings serve readers who cannot see colours, and only the style
 * hides them where there is no room.
 */
final class HeatTable {
    /** Up to this size there is room for numbers on a phone, on paper, on a screen. */
    private static final int PHONE = 8;

    private static final int PAPER = 14;
    private static final int SCREEN = 22;

    /** Above this size not every host has its name at the edge where it is narrow. */
    private static final int EVERY = 8;

    private final StringBuilder html;

    private HeatTable(StringBuilder html) {
        this.html = html;
    }

    /**
     * Appends a figure with caption, legend and table.
     *
     * @param id of the figure: {@code rtt}
     * @param units the unit for values around the median
     * @param moreIsBetter whether a high value is a good one
     */
    static void append(
            StringBuilder html,
            String id,
            String title,
            HostMatrix matrix,
            DoubleFunction<Figures.Unit> units,
            boolean moreIsBetter) {
        new HeatTable(html).figure(id, title, matrix, units, moreIsBetter);
    }

    private void figure(
            String id, String title, HostMatrix matrix, DoubleFunction<Figures.Unit> units, boolean moreIsBetter) {
        double[] values = matrix.values();
        double median = HostMatrix.median(values);
        Figures.Unit unit = units.apply(median);
        Scale scale = Scale.forColours(values);
        html.append("<figure class=\"heatmap\" id=\"").append(id).append("\">\n<figcaption><h2>");
        html.append(Html.escape(title)).append("</h2>\n<p>");
        html.append("From the host of the row to the host of the column, in ").append(unit.name());
        if (values.length > 1) {
            html.append("; median ").append(unit.withUnit(median)).append(", lowest ");
            html.append(unit.number(values[0])).append(", highest ").append(unit.number(values[values.length - 1]));
        }
        html.append(".</p></figcaption>\n");
        // One value is neither slow nor fast.
        if (values.length > 1) {
            legend(scale, unit, moreIsBetter);
        }
        table(title, matrix, unit, scale, moreIsBetter);
        html.append("</figure>\n");
    }

    private void legend(Scale scale, Figures.Unit unit, boolean moreIsBetter) {
        double worst = moreIsBetter ? 0 : 1;
        html.append("<div class=\"legend\" aria-hidden=\"true\"><span class=\"ramp\"><b style=\"background:")
                .append(Palette.gradient())
                .append("\"></b>");
        for (double share : new double[] {worst, 0.5, 1 - worst}) {
            html.append("<i>").append(unit.number(scale.at(share))).append("</i>");
        }
        html.append("</span><span class=\"worse\">").append(moreIsBetter ? "slow → fast" : "slow → quick");
        html.append(scale.logarithmic() ? ", logarithmic" : "");
        html.append(
                "</span><span><b class=\"bad\"></b>failed</span><span><b class=\"none\"></b>not measured</span></div>\n");
    }

    private void table(String title, HostMatrix matrix, Figures.Unit unit, Scale scale, boolean moreIsBetter) {
        int size = matrix.size();
        int longest = matrix.hosts().stream().mapToInt(String::length).max().orElse(1);
        html.append("<table class=\"heat ").append(room(size)).append(longest > 4 ? " long" : "");
        html.append("\" style=\"--n:").append(size).append(";--name:").append(Math.min(longest, 15));
        html.append("ch\">\n<caption class=\"hidden\">").append(Html.escape(title));
        html.append(", a row for each host it goes from, a column for each it goes to</caption>\n<thead><tr><td></td>");
        for (int to = 0; to < size; to++) {
            heading("col", to, matrix);
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int from = 0; from < size; from++) {
            html.append("<tr>");
            heading("row", from, matrix);
            for (int to = 0; to < size; to++) {
                cell(matrix, from, to, unit, scale, moreIsBetter);
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table>\n");
    }

    private static String room(int size) {
        return size <= PHONE ? "phone" : size <= PAPER ? "paper" : size <= SCREEN ? "screen" : "dense";
    }

    private void heading(String scope, int number, HostMatrix matrix) {
        html.append("<th scope=\"").append(scope);
        html.append(number % EVERY == 0 ? "\" class=\"every" : "").append("\"><span>");
        html.append(Html.escape(matrix.hosts().get(number))).append("</span></th>");
    }

    private void cell(HostMatrix matrix, int from, int to, Figures.Unit unit, Scale scale, boolean moreIsBetter) {
        HostMatrix.Cell cell = matrix.cell(from, to);
        String pair =
                Html.escape(matrix.hosts().get(from) + " to " + matrix.hosts().get(to));
        switch (cell.state()) {
            case EMPTY -> html.append("<td class=\"none\"></td>");
            case FAILED ->
                html.append("<td class=\"bad\" title=\"").append(pair).append(": failed\"><span>✕</span></td>");
            case VALUE -> {
                double share = scale.share(cell.value());
                long step = Math.round((moreIsBetter ? share : 1 - share) * (Palette.STEPS - 1));
                html.append("<td class=\"v").append(step).append("\" data-v=\"").append(cell.value());
                html.append("\" title=\"").append(pair).append(": ").append(unit.withUnit(cell.value()));
                html.append("\"><span>").append(unit.number(cell.value())).append("</span></td>");
            }
        }
    }
}
