package io.fanatic.harness.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenarioTest {
    private static final String GOOD = """
            title: Good
            underlay: 10.0.0.0/16
            mtu: 1400
            fans:
              - {overlay: 250.0.0.0/8, vni: 77}
              - {overlay: 251.0.0.0/8}
            hosts:
              - 10.0.0.45
              - {address: 10.0.0.8, port: 9000}
            containers: 2
            steps:
              - reach: all
              - unreachable: [h1c1 to h2c3, h2 to all]
              - throughput: {between: h1 to h2, at least: 2.5 Mbit/s, at most: 1 Gbit/s}
              - loss: {between: h1 to h2, packets: 7, at most: 12.5 %}
              - link: {of: h2, state: down, rate: none, loss: 3 %, mtu: 1300}
              - stop: h1
              - start: h1
            """;

    @Test
    void everythingThatCanBeSaidIsUnderstood() {
        Scenario scenario = Scenario.parse("good.yaml", GOOD);
        assertThat(scenario.title()).isEqualTo("Good");
        assertThat(scenario.lab().addresses()).extracting(Object::toString).containsExactly("10.0.0.45", "10.0.0.8");
        assertThat(scenario.lab().containers()).isEqualTo(2);
        assertThat(scenario.lab().underlayMtu()).isEqualTo(1400);
        FanMapping first = scenario.lab().fans().get(0);
        FanMapping second = scenario.lab().fans().get(1);
        assertThat(scenario.options(1, first)).hasToString("vni 77");
        assertThat(scenario.options(2, first)).hasToString("port 9000 vni 77");
        assertThat(scenario.options(2, second)).hasToString("port 9000");
        assertThat(scenario.steps())
                .containsExactly(
                        new Step.Reach(12, List.of(), true),
                        new Step.Reach(13, List.of(new Step.Ends("h1c1", "h2c3"), new Step.Ends("h2", "all")), false),
                        new Step.Throughput(
                                14,
                                List.of(new Step.Ends("h1", "h2")),
                                OptionalLong.of(2_500_000),
                                OptionalLong.of(1_000_000_000)),
                        new Step.Loss(
                                15,
                                List.of(new Step.Ends("h1", "h2")),
                                7,
                                56,
                                OptionalDouble.empty(),
                                OptionalDouble.of(0.125)),
                        new Step.Link(
                                16,
                                2,
                                Optional.of(false),
                                OptionalLong.of(0),
                                OptionalDouble.of(0.03),
                                OptionalInt.of(1300)),
                        new Step.Stop(17, 1),
                        new Step.Start(18, 1));
    }

    @Test
    void whatIsWrongIsNamedWithFileAndLine() {
        refused("title: Good", "titel: Good", 1, "\"titel\" is unknown here; there are title, underlay");
        refused("mtu: 1400", "mtu: 1400\nmtu: 1500", 4, "\"mtu\" is given twice");
        refused("10.0.0.0/16", "10.0.0.0/33", 2, "10.0.0.0/33");
        refused("mtu: 1400", "mtu: 14OO", 3, "\"14OO\" is not a number from 576 to 65535");
        refused("overlay: 251.0.0.0/8", "overlay: 250.0.0.0/8", 6, "is given twice");
        refused("overlay: 251.0.0.0/8", "overlay: 250.128.0.0/9", 8, "overlap");
        refused("- 10.0.0.45", "- 10.0.0.8", 8, "two would have it");
        refused("- 10.0.0.45", "- 10.1.0.45", 8, "no free one of 10.0.0.0/16");
        refused("port: 9000", "port: 0", 9, "\"0\" is not a number from 1 to 65535");
        refused("overlay: 251.0.0.0/8", "overlay: 251.0.0.0/8, direct: yes", 6, "\"yes\" is neither send nor accept");
        refused("mtu: 1400", "segments: 8", 3, "\"8\" is not a number from 16 to 29");
        refused("- 10.0.0.45", "- 10.0.0.0", 8, "no free one of 10.0.0.0/16");
        refused("reach: all", "reach: some", 12, "\"some\" is not a pair");
        refused("reach: all", "reach: h1 to h3", 12, "there is no h3: hosts are h1 to h2");
        refused("reach: all", "reach: h1 to h2c5", 12, "there is no h2c5: hosts are h1 to h2, with 4 containers each");
        refused("reach: all", "reach: h1 to h1", 12, "both are the same");
        refused("reach: all", "reach: []", 12, "who?");
        refused("reach: all", "raech: all", 12, "\"raech\" is unknown here");
        refused("- reach: all", "- {reach: all, stop: h1}", 12, "a step is one thing, and this one is 2");
        refused("2.5 Mbit/s", "2.5 MB/s", 14, "\"2.5 MB/s\" is not a rate");
        refused("at most: 12.5 %", "at most: 101 %", 15, "more than everything");
        refused(", at most: 12.5 %", "", 15, "\"at least\" or \"at most\" is missing");
        refused("state: down", "state: broken", 16, "\"broken\" is neither up nor down");
        refused("stop: h1", "stop: h9", 17, "\"h9\" is not a host; there are h1 to h2");
        refused("stop: h1", "stop: h99999999999", 17, "is not a host");
        refused("containers: 2", "containers: 200", 8, "0 to 125 containers");
        refused("title: Good", "title: [", 3, "this is not YAML");
        refused("title: Good", "title: !!javax.script.ScriptEngineManager {}", 1, "Global tag is not allowed");
    }

    private static void refused(String what, String instead, int line, String sentence) {
        assertThatThrownBy(() -> Scenario.parse("bad.yaml", GOOD.replace(what, instead)))
                .isInstanceOf(ScenarioException.class)
                .hasMessageStartingWith("bad.yaml:" + line + ": ")
                .hasMessageContaining(sentence);
    }

    @Test
    void missingKeysAndEmptyFilesAreNamed() {
        assertThatThrownBy(() -> Scenario.parse("s", "")).hasMessage("s:1: the scenario is empty");
        assertThatThrownBy(() -> Scenario.parse("s", "title: x\n")).hasMessage("s:1: \"underlay\" is missing");
        assertThatThrownBy(() -> Scenario.parse("s", "- x\n")).hasMessageContaining("s:1: a mapping with title");
        assertThatThrownBy(() -> Scenario.parse("s", "title: x\n---\ntitle: y\n"))
                .hasMessageContaining("this is not YAML");
    }

    @Test
    void bombsAreRefusedBeforeTheyGoOff(@TempDir Path directory) throws Exception {
        String aliases = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        assertThatThrownBy(() -> Scenario.parse("s", aliases))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("aliases");
        assertThatThrownBy(() -> Scenario.parse("s", "title: " + "[".repeat(2000)))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("Depth exceeded");
        Path large = Files.writeString(directory.resolve("large.yaml"), "#".repeat(Scenario.MAX_CHARACTERS + 1));
        assertThatThrownBy(() -> Scenario.read(large)).isInstanceOf(ScenarioException.class);
    }

    @Test
    void quantitiesAreReadAndWritten() {
        assertThat(Quantity.rate("100 Mbit/s")).isEqualTo(100_000_000);
        assertThat(Quantity.rate("1.5Gbit/s")).isEqualTo(1_500_000_000);
        assertThat(Quantity.rate(19_230_000.0)).isEqualTo("19.23 Mbit/s");
        assertThat(Quantity.rate(1000.0)).isEqualTo("1 kbit/s");
        assertThat(Quantity.percent("2.5 %")).isEqualTo(0.025);
        assertThat(Quantity.percent(1.0)).isEqualTo("100 %");
        assertThat(Quantity.percent(0.0)).isEqualTo("0 %");
    }

    @Test
    void anIpv6OverlayIsOfTheFanAndNotOfHostsThatHaveNone() {
        String text = """
                title: Dual
                underlay: 10.0.0.0/16
                fans: [{overlay: 250.0.0.0/8, overlay6: "%s", vni: 77}]
                hosts: [10.0.0.1, {address: 10.0.0.2, overlay6: %s}]
                steps: [{reach: all}]
                """;
        Scenario scenario = Scenario.parse("dual.yaml", text.formatted("fd00:fa::/48", "none"));
        FanMapping fan = scenario.lab().mapping();
        assertThat(scenario.options(1, fan)).hasToString("vni 77 overlay6 fd00:fa::/48");
        assertThat(scenario.options(2, fan)).hasToString("vni 77");
        assertThatThrownBy(() -> Scenario.parse("dual.yaml", text.formatted("fd00:fa::/60", "none")))
                .hasMessageStartingWith("dual.yaml:3: ")
                .hasMessageContaining("leaves each host a /76");
        assertThatThrownBy(() -> Scenario.parse("dual.yaml", text.formatted("fd00:fa::/48", "fd00:fb::/48")))
                .hasMessageStartingWith("dual.yaml:4: ")
                .hasMessageContaining("is not none");
    }
}
