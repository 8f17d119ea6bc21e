package io.fanatic.cli.output;

import java.math.BigDecimal;

/** Writes Prometheus' text format: families of samples, each family in one piece. */
public final class MetricsText {
    private final StringBuilder text = new StringBuilder();
    private String name = "";
    private String head = "";

    /**
     * Begins a family; without a sample nothing of it is written.
     *
     * @param type {@code counter} or {@code gauge}
     */
    public MetricsText family(String name, String type, String help) {
        this.name = name;
        this.head = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
        return this;
    }

    /** @param labels each a name and its value */
    public MetricsText sample(double value, String... labels) {
        text.append(head).append(name);
        head = "";
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(escaped(labels[i + 1]))
                    .append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(number(value)).append('\n');
        return this;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String number(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
