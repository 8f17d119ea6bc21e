package io.fanatic.harness.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Who reached whom, as text: a row for each sender, a column for each receiver.
 *
 * <pre>
 *          h1c1   h2c1
 *   h1     0.03   0.07
 *   h1c1      -   0.06
 * </pre>
 */
public final class Matrix {
    private static final int GAP = 2;
    private static final String NOBODY = "-";

    private final Set<String> columns = new LinkedHashSet<>();
    private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();

    Matrix() {}

    /**
     * Adds a row or column where it is new, and fills in a value.
     *
     * @param from the row's name
     * @param to the column's name
     * @param value as it is shown
     * @return this
     */
    Matrix add(String from, String to, String value) {
        columns.add(to);
        rows.computeIfAbsent(from, name -> new LinkedHashMap<>()).put(to, value);
        return this;
    }

    /**
     * {@return a matrix of round trips in milliseconds, {@code LOST} where a reply was missing}
     *
     * @param checks one for each pair
     */
    public static Matrix ofPings(List<Check.Pinged> checks) {
        Matrix matrix = new Matrix();
        for (Check.Pinged check : checks) {
            String value = check.ok() ? decimals(check.result().averageNanos() / 1e6, 2) : "LOST";
            matrix.add(check.from().name(), check.to().name(), value);
        }
        return matrix;
    }

    /**
     * {@return a matrix of megabytes (10^6 bytes) per second, both directions together, {@code FAIL} where bytes were
     * missing or damaged}
     *
     * @param checks one for each pair
     */
    public static Matrix ofTransfers(List<Check.Transferred> checks) {
        Matrix matrix = new Matrix();
        for (Check.Transferred check : checks) {
            String value = check.ok() ? decimals(check.result().bytesPerSecond() / 1e6, 0) : "FAIL";
            matrix.add(check.from().name(), check.to(), value);
        }
        return matrix;
    }

    private static String decimals(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    /** {@return how many characters the widest line has} */
    public int width() {
        int first = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        return first + columns.stream().mapToInt(column -> GAP + width(column)).sum();
    }

    private int width(String column) {
        return rows.values().stream()
                .mapToInt(row -> row.getOrDefault(column, NOBODY).length())
                .reduce(column.length(), Math::max);
    }

    /** {@return the lines, headings first, without line ends} */
    public List<String> lines() {
        int first = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        StringBuilder heading = new StringBuilder(" ".repeat(first));
        columns.forEach(column -> heading.append(right(column, GAP + width(column))));
        lines.add(heading.toString());
        rows.forEach((name, row) -> {
            StringBuilder line = new StringBuilder(name).append(" ".repeat(first - name.length()));
            columns.forEach(column -> line.append(right(row.getOrDefault(column, NOBODY), GAP + width(column))));
            lines.add(line.toString());
        });
        return lines;
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
