package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics as Prometheus' own programs read them, with the rules and the dashboard of examples/monitoring. */
@FanLab(hosts = 2, containers = 1, fan = false)
class MetricsTest {
    private static final Path EXAMPLES =
            Path.of("../examples/monitoring").toAbsolutePath().normalize();
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? (\\S+)$");

    @TempDir
    Path directory;

    private LabHost host;
    private LabContainer container;

    @BeforeEach
    void bringUp(Lab lab) {
        host = lab.hosts().get(0);
        host.exec("sh", "-ec", "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 dhcp fast > /etc/network/fan")
                .orThrow();
        fanctl(host, "up -a").done();
        fanctl(lab.hosts().get(1), "up -u 10.0.0.0/16 -o 250.0.0.0/8").done();
        lab.containers().forEach(each -> {
            if (each.exec("ip", "link", "show", "eth0").exitCode() != 0) {
                LiveChanges.attach(lab, each);
            }
        });
        container = lab.containers().get(0);
        container.exec("ping", "-c", "2", "-i", "0.1", "-W", "5", "250.0.2.2").orThrow();
        // Whoever asks for a container with an address of another host's.
        container.exec("ip", "address", "replace", "250.9.9.9/32", "dev", "lo").orThrow();
        container.exec("ping", "-c", "1", "-W", "1", "-I", "250.9.9.9", "250.0.2.3");
        // It asks three times, a second apart, and ping ends before that: what follows reads counters twice.
        WatchRun.await("given up by who asks", () -> asked().contains("FAILED"), this::asked);
    }

    private String asked() {
        return container.exec("ip", "neighbour", "show", "250.0.2.3").output();
    }

    @AfterEach
    void removeTheConfiguration() {
        host.exec("rm", "-f", "/etc/network/fan");
    }

    private String metrics() {
        return fanctl(host, "show --prometheus").done();
    }

    private JsonObject counters() {
        return JsonParser.parseString(fanctl(host, "show --stats --json").done())
                .getAsJsonObject()
                .getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("counters");
    }

    /** Each metric with its labels and its value. */
    private static Map<String, Double> samples(String metrics) {
        Map<String, Double> samples = new TreeMap<>();
        SAMPLE.matcher(metrics).results().forEach(sample -> {
            String labels = sample.group(2) == null ? "" : "{" + sample.group(2) + "}";
            samples.put(sample.group(1) + labels, Double.parseDouble(sample.group(3)));
        });
        return samples;
    }

    @Test
    void promtoolAcceptsThemAndTheyAreWhatTheFanIs() throws IOException, InterruptedException {
        JsonObject before = counters();
        String metrics = metrics();
        JsonObject after = counters();
        Path file = Files.writeString(directory.resolve("metrics"), metrics);
        ExecResult promtool = host.exec("sh", "-c", "promtool check metrics <" + file + " 2>&1");
        assertThat(promtool.output()).isEmpty();
        assertThat(promtool.exitCode()).isZero();

        Map<String, Double> samples = samples(metrics);
        String fan = "fan=\"fan-250\"";
        String line = "overlay=\"250.0.0.0/8\",underlay=\"10.0.0.0/16\"";
        assertThat(samples)
                .containsEntry("fanatic_configuration_problems", 0.0)
                .containsEntry("fanatic_configured_fan_up{" + line + "}", 1.0)
                .containsEntry("fanatic_configured_fan_pending_steps{" + line + "}", 0.0)
                .containsEntry(
                        "fanatic_fan_info{" + fan + "," + line + ",tunnel=\"ftun-250\",transport=\"vxlan\"}", 1.0)
                .containsEntry("fanatic_fan_slices{" + fan + "}", 1.0)
                .containsEntry("fanatic_fan_mtu_bytes{" + fan + "}", 1450.0)
                .containsEntry("fanatic_fan_fast_path{" + fan + "}", 1.0)
                .containsEntry("fanatic_dhcp_addresses{" + fan + "}", 64.0)
                .containsEntry("fanatic_dhcp_leases{" + fan + "}", 0.0);
        assertThat(before.get("send-spoofed").getAsInt()).isPositive();
        assertThat(before.get("received").getAsInt()).isGreaterThanOrEqualTo(2);
        String dropped = "fanatic_dropped_frames_total{" + fan;
        assertThat(samples).containsEntry(dropped + ",direction=\"in\",reason=\"spoofed\",kind=\"suspicious\"}", 0.0);
        // Containers ask for each other by ARP, also some seconds after a ping.
        assertThat(samples.get(dropped + ",direction=\"out\",reason=\"spoofed\",kind=\"suspicious\"}"))
                .isBetween(
                        before.get("send-spoofed").getAsDouble(),
                        after.get("send-spoofed").getAsDouble());
        assertThat(samples.get("fanatic_passed_frames_total{" + fan + ",direction=\"in\"}"))
                .isBetween(
                        before.get("received").getAsDouble(),
                        after.get("received").getAsDouble());
        assertThat(samples.get("fanatic_last_drop_timestamp_seconds{" + fan + ",direction=\"out\",reason=\"spoofed\"}"))
                .isBetween(System.currentTimeMillis() / 1000.0 - 600, System.currentTimeMillis() / 1000.0 + 1);
    }

    /** fan-metrics(5) promises these names, with these labels. */
    @Test
    void theManPageHasThemAllWithTheirLabelsAndNoOther() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        for (String line : ManPage.read("fan-metrics.5").lines()) {
            if (line.startsWith(".It Cm fanatic_")) {
                String[] words = line.substring(7).split(" Ns Brq Li ", -1);
                documented.put(words[0], words.length == 1 ? Set.of() : Set.of(words[1].split(" , ", -1)));
            }
        }
        // Those of encrypted fans, which not every kernel can have: EncryptedFanCases.
        assertThat(documented.remove("fanatic_encrypted_peers")).containsExactly("fan");
        assertThat(documented.remove("fanatic_ipsec_dropped_packets_total")).containsExactly("reason");
        try (WatchRun watch = WatchRun.start(host, directory, " --metrics 127.0.0.1:0", Map.of())) {
            String url = watch.hear("fanctl: metrics are served at ").replaceFirst(".* ", "");
            watch.hear("watching");
            Map<String, Set<String>> told = new TreeMap<>();
            for (MatchResult sample : SAMPLE.matcher(curl(url)).results().toList()) {
                Set<String> labels = told.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
                if (sample.group(2) != null) {
                    labels.addAll(Pattern.compile("(\\w+)=\"")
                            .matcher(sample.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .toList());
                }
            }
            assertThat(told).isEqualTo(documented);
        }
    }

    @Test
    void aFanThatIsDamagedOrDownOrRefusedIsTold() {
        host.exec("ip", "link", "set", "fan-250", "mtu", "1300").orThrow();
        String line = "{overlay=\"250.0.0.0/8\",underlay=\"10.0.0.0/16\"}";
        assertThat(samples(metrics())).containsEntry("fanatic_configured_fan_pending_steps" + line, 1.0);
        host.exec("ip", "route", "add", "250.7.0.0/16", "dev", "eth0").orThrow();
        host.exec("sh", "-c", "echo 251.0.0.0/8 10.0.0.0/16 >> /etc/network/fan; echo nonsense >> /etc/network/fan")
                .orThrow();
        host.exec("ip", "route", "add", "251.7.0.0/16", "dev", "eth0").orThrow();
        assertThat(samples(metrics()))
                .containsEntry("fanatic_configuration_problems", 1.0)
                .containsEntry("fanatic_configured_fan_up" + line.replace("250", "251"), 0.0)
                .containsEntry("fanatic_configured_fan_pending_steps" + line, Double.NaN)
                .doesNotContainKey("fanatic_configured_fan_pending_steps" + line.replace("250", "251"));
        host.exec("sh", "-ec", "ip route del 250.7.0.0/16 dev eth0; ip route del 251.7.0.0/16 dev eth0")
                .orThrow();
    }

    @Test
    void aFileIsReplacedInOneStepAndKeptWhenThatFails() throws IOException {
        Path file = Files.writeString(directory.resolve("fanatic.prom"), "old");
        assertThat(fanctl(host, "show --prometheus --output " + file).done()).isEmpty();
        assertThat(samples(Files.readString(file)).keySet())
                .isEqualTo(samples(metrics()).keySet());
        Path missing = directory.resolve("fanatic.prom/fanatic.prom");
        fanctl(host, "show --prometheus --output " + missing).refused(ExitCode.FAILED, "cannot write " + missing);
        Path nowhere = directory.resolve("none");
        fanctl(host, "show --prometheus --output " + file + " --file " + nowhere)
                .refused(ExitCode.FAILED, "cannot read " + nowhere);
        assertThat(Files.readString(file)).contains("fanatic_fan_info");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        fanctl(host, "show --output " + file).refused(ExitCode.USAGE, "go with --prometheus");
        fanctl(host, "show --prometheus --json").refused(ExitCode.USAGE, "--prometheus goes with");
    }

    /** With the examples as they are, but for Prometheus' patience. */
    @Test
    void prometheusReadsThemInBothWaysAndEvaluatesRulesAndDashboard() throws IOException {
        for (String name : List.of("prometheus.yml", "fan-alerts.yml")) {
            Files.copy(EXAMPLES.resolve(name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        Path config = directory.resolve("prometheus.yml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s"));
        fanctl(host, "show --prometheus --output " + directory.resolve("textfile/fanatic.prom"))
                .done();
        List<Process> processes = new ArrayList<>();
        try (WatchRun watch = WatchRun.start(host, directory, " --metrics 127.0.0.1:9250", Map.of())) {
            processes.add(start(
                    "prometheus-node-exporter",
                    "--collector.disable-defaults",
                    "--collector.textfile",
                    "--collector.textfile.directory=" + directory.resolve("textfile"),
                    "--web.listen-address=127.0.0.1:9100"));
            processes.add(start(
                    "prometheus",
                    "--config.file=" + config,
                    "--storage.tsdb.path=" + directory.resolve("data"),
                    "--web.listen-address=127.0.0.1:9090"));
            watch.hear("watching");
            awaitJob("node");
            awaitJob("fan");
            awaitResult("fanatic_watch_notices_total{kind=\"watching\"} == 1");
            awaitResult("node_textfile_mtime_seconds");
            for (String query : queriesOfTheDashboard()) {
                awaitResult(query);
            }
            WatchRun.await("evaluated", () -> rules().stream().allMatch("ok"::equals), () -> curl(API + "rules"));
            assertThat(rules()).hasSizeGreaterThan(6);
        } finally {
            for (Process process : processes) {
                process.destroy();
                process.onExit().join();
            }
        }
    }

    private static final String API = "http://127.0.0.1:9090/api/v1/";

    private Process start(String... words) throws IOException {
        return new ProcessBuilder(host.namespace().command(List.of(words)))
                .redirectErrorStream(true)
                .redirectOutput(new File(directory.toFile(), words[0] + ".log"))
                .start();
    }

    private String curl(String url) {
        return host.exec("curl", "--silent", "--globoff", url).output();
    }

    private void awaitResult(String query) {
        String url = API + "query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
        WatchRun.await(
                "a result of " + query,
                () -> {
                    String answer = curl(url);
                    if (answer.isEmpty()) {
                        return false; // it is not there yet
                    }
                    JsonObject document = JsonParser.parseString(answer).getAsJsonObject();
                    if (!document.has("data")) {
                        assertThat(document.get("errorType").getAsString())
                                .as(query + answer)
                                .isEqualTo("unavailable");
                        return false;
                    }
                    return !document.getAsJsonObject("data")
                            .getAsJsonArray("result")
                            .isEmpty();
                },
                () -> curl(url) + curl(API + "targets"));
    }

    private void awaitJob(String job) {
        awaitResult("fanatic_configured_fan_up{job=\"" + job + "\"} == 1");
        awaitResult("fanatic_dropped_frames_total{job=\"" + job + "\",reason=\"spoofed\",direction=\"out\"} > 0");
    }

    private List<String> rules() {
        List<String> health = new ArrayList<>();
        JsonObject document = JsonParser.parseString(curl(API + "rules")).getAsJsonObject();
        for (JsonElement group : document.getAsJsonObject("data").getAsJsonArray("groups")) {
            for (JsonElement rule : group.getAsJsonObject().getAsJsonArray("rules")) {
                health.add(rule.getAsJsonObject().get("health").getAsString());
            }
        }
        return health;
    }

    private static Set<String> queriesOfTheDashboard() throws IOException {
        JsonArray panels = JsonParser.parseString(Files.readString(EXAMPLES.resolve("fan-dashboard.json")))
                .getAsJsonObject()
                .getAsJsonArray("panels");
        Set<String> queries = new TreeSet<>();
        for (JsonElement panel : panels) {
            for (JsonElement target : panel.getAsJsonObject().getAsJsonArray("targets")) {
                queries.add(target.getAsJsonObject()
                        .get("expr")
                        .getAsString()
                        .replace("$instance", ".*")
                        .replace("$fan", ".*")
                        .replace("$__rate_interval", "1m"));
            }
        }
        assertThat(queries).hasSizeGreaterThan(6).noneMatch(query -> query.contains("$"));
        return queries;
    }

    @Test
    void theRulesPassTheirTests() {
        ExecResult tests = host.exec(
                "promtool",
                "test",
                "rules",
                EXAMPLES.resolve("fan-alerts-test.yml").toString());
        assertThat(tests.exitCode()).as(tests.output()).isZero();
        ExecResult config = host.exec(
                "promtool",
                "check",
                "config",
                EXAMPLES.resolve("prometheus.yml").toString());
        assertThat(config.exitCode()).as(config.output()).isZero();
    }
}
