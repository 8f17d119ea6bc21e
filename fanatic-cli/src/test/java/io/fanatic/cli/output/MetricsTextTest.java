package io.fanatic.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTextTest {
    @Test
    void aFamilyHasOneHeadAndWithoutSamplesNone() {
        MetricsText text = new MetricsText();
        text.family("a_total", "counter", "What is counted.")
                .sample(3, "x", "1")
                .sample(9_007_199_254_740_991.0, "x", "2", "y", "z");
        text.family("nothing", "gauge", "Of this there is nothing.");
        text.family("b", "gauge", "A gauge.")
                .sample(Double.NaN)
                .sample(1_764_366_000.25)
                .sample(0)
                .sample(1000000);
        assertThat(text)
                .hasToString("# HELP a_total What is counted.\n# TYPE a_total counter\na_total{x=\"1\"} 3\n"
                        + "a_total{x=\"2\",y=\"z\"} 9007199254740991\n"
                        + "# HELP b A gauge.\n# TYPE b gauge\nb NaN\nb 1764366000.25\nb 0\nb 1000000\n");
    }

    @Test
    void whatALabelMustNotHaveIsEscaped() {
        assertThat(new MetricsText().family("a", "gauge", "A.").sample(1, "x", "say \"\\\"\n"))
                .hasToString("# HELP a A.\n# TYPE a gauge\na{x=\"say \\\"\\\\\\\"\\n\"} 1\n");
    }
}
