package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fanatic serve} on the second host of a lab, the other commands on the first. */
@FanLab(hosts = 2, containers = 0)
class ReachCommandsTest {

    @TempDir
    Path directory;

    @Test
    void aServedHostPassesAndTheServerEndsByItself(Lab lab) throws IOException {
        LabHost here = lab.hosts().get(0);
        LabHost there = lab.hosts().get(1);
        try (ServeRun serving = ServeRun.start(there)) {
            String text =
                    CliRun.fanatic(here, "test host 10.0.0.2 -t 0.3 -C reno").done();
            assertThat(text)
                    .startsWith("Testing 10.0.0.2, which is 250.0.2.1 in the fan 250.0.0.0/8\n")
                    .contains("path MTU           ok     packets of 1450 bytes pass unfragmented")
                    .contains("checksum equal")
                    .contains(", reno, MTU 1450")
                    .endsWith("1 of 1 host passed.\n");
            assertThat(text.lines()).allMatch(line -> line.length() <= 80);

            JsonObject json = JsonParser.parseString(CliRun.fanatic(here, "test host 250.0.2.9 -t 0.3 --json")
                            .done())
                    .getAsJsonObject();
            assertThat(json.get("schema").getAsInt()).isEqualTo(1);
            assertThat(json.get("ok").getAsBoolean()).isTrue();
            assertThat(json.getAsJsonArray("peers").get(0).getAsJsonObject().getAsJsonArray("stages"))
                    .hasSize(8);

            String all = CliRun.fanatic(here, "test all --hosts 10.0.0.0/30 -t 0.3 -C reno --report " + directory)
                    .done();
            assertThat(all).endsWith("Report: " + directory.resolve("report.html") + "\n");
            ReportJson report = ReportJson.in(directory);
            assertThat(report.ok()).isTrue();
            assertThat(report.document()
                            .getAsJsonObject("conditions")
                            .get("congestion_control")
                            .getAsString())
                    .isEqualTo("reno");
            assertThat(report.pairs()).singleElement().satisfies(pair -> {
                assertThat(pair.get("from").getAsString()).isEqualTo("this host");
                assertThat(pair.get("to").getAsString()).isEqualTo("10.0.0.2");
                List<JsonObject> stages = ReportJson.objects(pair, "stages");
                assertThat(stages.get(0).has("rtt_ms")).isTrue();
                assertThat(stages.get(stages.size() - 1).has("bits_per_second")).isTrue();
            });
            assertThat(directory.resolve("report.html")).content().contains("10.0.0.2");

            String wizard = CliRun.fanatic(
                            here,
                            "configure --yes --no-docker --no-lxd --no-incus -u 10.0.0.1/16 -o 250.0.0.0/8 --remote 10.0.0.2")
                    .done();
            assertThat(wizard)
                    .contains("remote test of 10.0.0.2: that is 250.0.2.1 in the fan ...\n", "checksum equal")
                    .endsWith("remote test of 10.0.0.2: test complete PASS\n");

            String bench = CliRun.fanatic(here, "bench 250.0.2.1 -n 4M -P 2 --bidir -C reno")
                    .done();
            assertThat(bench)
                    .contains("congestion control reno here, reno there")
                    .contains("MTU 1450");
            assertThat(bench.lines()).allMatch(line -> line.length() <= 80);
            String datagrams = CliRun.fanatic(here, "bench 250.0.2.1 -t 0.3 --udp -b 5M -R --json")
                    .done();
            assertThat(JsonParser.parseString(datagrams)
                            .getAsJsonObject()
                            .getAsJsonObject("throughput")
                            .get("received_from_server")
                            .getAsDouble())
                    .isPositive();

            assertThat(serving.end().done())
                    .startsWith("Serving 250.0.0.0/8 at 250.0.2.1: echo 7, discard 9, iperf3 5201\n")
                    .endsWith("Nobody came for 3 s; done.\n");
        }
    }

    @Test
    void whatFailsIsExplainedAndHasItsExitCode(Lab lab) throws IOException {
        LabHost here = lab.hosts().get(0);
        CliRun one = CliRun.fanatic(here, "test host 10.0.0.2 --no-throughput");
        assertThat(one.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(one.out())
                .contains("Why: 250.0.2.1 is reached, but nothing listens for echo (port 7).")
                .contains("Try: on 10.0.0.2: fanatic serve")
                .endsWith("0 of 1 host passed.\n");

        Path hosts =
                Files.writeString(directory.resolve("hosts"), "# ours\n10.0.0.1 this one\n10.0.0.2  # that one\n\n");
        CliRun all = CliRun.fanatic(here, "test all --no-data --no-throughput --hosts " + hosts);
        assertThat(all.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(all.out())
                .contains("10.0.0.2         ok")
                .endsWith("1 of 1 host passed.\n")
                .doesNotContain("10.0.0.1 ");
        assertThat(CliRun.fanatic(here, "test all --no-data --no-throughput --hosts 10.0.0.0/30 --json")
                        .done())
                .contains("\"underlay\": \"10.0.0.2\"");

        CliRun mostlyEmpty = CliRun.fanatic(here, "test all --no-data --no-throughput --hosts 10.0.0.0/26");
        assertThat(mostlyEmpty.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(mostlyEmpty.out())
                .contains("10.0.0.2         ok", "1 of 1 host passed.\n")
                .endsWith("60 addresses of the network answered nothing and were not counted.\n");
        Path named = Files.writeString(directory.resolve("named"), "10.0.0.2\n10.0.0.62\n");
        CliRun oneIsNotThere = CliRun.fanatic(here, "test all --no-data --no-throughput --hosts " + named);
        assertThat(oneIsNotThere.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(oneIsNotThere.out())
                .contains("10.0.0.62        FAILED 10.0.0.62 does not answer on the underlay")
                .endsWith("1 of 2 hosts passed.\n");
        CliRun.fanatic(here, "test all --no-data --no-throughput --hosts 10.0.0.64/30 --json")
                .refused(ExitCode.TEST_FAILED, "none of the 2 addresses of 10.0.0.64/30 answers");

        CliRun reported = CliRun.fanatic(here, "test all --no-throughput --hosts " + hosts + " --report " + directory);
        assertThat(reported.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        JsonObject failure = ReportJson.in(directory).failure();
        assertThat(failure.get("explanation").getAsString()).contains("nothing listens for echo (port 7)");
        assertThat(failure.get("command").getAsString()).isEqualTo("fanatic serve");

        CliRun bench = CliRun.fanatic(here, "bench 250.0.2.1 -t 1");
        assertThat(bench.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(bench.err()).contains("no iperf3 server listens there");
    }

    @Test
    void badValuesAreRefusedWithASentence(Lab lab) throws IOException {
        LabHost here = lab.hosts().get(0);
        CliRun.fanatic(here, "bench nowhere").refused(ExitCode.USAGE, "nowhere");
        CliRun.fanatic(here, "bench 10.0.0.2 -R --bidir").refused(ExitCode.USAGE, "exclude each other");
        CliRun.fanatic(here, "bench 10.0.0.2 -n 1M -t 1").refused(ExitCode.USAGE, "either -t or -n");
        CliRun.fanatic(here, "bench 10.0.0.2 -C ../x").refused(ExitCode.USAGE, "../x");
        CliRun.fanatic(here, "test host 10.0.0").refused(ExitCode.USAGE, "10.0.0");
        CliRun.fanatic(here, "test all --hosts nowhere").refused(ExitCode.USAGE, "neither a file nor a network");
        CliRun.fanatic(here, "test all --hosts 10.0.0.0/8").refused(ExitCode.USAGE, "at most 4096");
        Path hosts = Files.writeString(directory.resolve("hosts"), "10.0.0.2\nhost3\n");
        CliRun.fanatic(here, "test all --hosts " + hosts).refused(ExitCode.USAGE, "line 2", "host3");
        CliRun.fanatic(here, "serve --listen 192.0.2.1").refused(ExitCode.USAGE, "--peers");
        CliRun.fanatic(here, "serve --listen 10.0.0.2").refused(ExitCode.FAILED, "10.0.0.2 port 7");
    }

    @Test
    void aPortThatIsTakenIsAConflict(Lab lab) {
        LabHost here = lab.hosts().get(0);
        CliRun.fanatic(here, "serve --echo-port 4007 --discard-port 4007").refused(ExitCode.CONFLICT, "port 4007");
    }
}
