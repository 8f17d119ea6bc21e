package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.RunningKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fanatic doctor} and {@code fanatic status} on two hosts of a lab. */
@FanLab(hosts = 2, containers = 0)
class DoctorCommandTest {
    private static final String FAN = "-u 10.0.0.1/16 -o 250.0.0.0/8";

    private LabHost here;
    private LabHost there;

    @BeforeEach
    void findHosts(Lab lab) {
        here = lab.hosts().get(0);
        there = lab.hosts().get(1);
        lab.hosts().forEach(new EmbeddedFan(FanOptions.DEFAULT)::up);
        file("250.0.0.0/8 10.0.0.1/16");
    }

    @Test
    void ofAHealthyHostThereIsOneLine() {
        assertThat(CliRun.fanatic(here, "doctor").done()).matches("[0-9]+ things looked at: healthy\\.\n");
        assertThat(CliRun.fanatic(here, "doctor " + FAN).done()).endsWith("healthy.\n");
    }

    @Test
    void aFanThatARebootWouldEndIsNotedAndTheCommandThatIsToldConfiguresIt() {
        here.exec("rm", "/etc/network/fan").orThrow();
        CliRun run = CliRun.fanatic(here, "doctor");
        assertThat(run.done()).startsWith("note not-configured (250.0.0.0/8):\n");
        String fix = "fanctl config set 250.0.0.0/8 10.0.0.0/16";
        assertThat(run.out()).contains("\n  fix:  " + fix + "\n");
        CliRun.fanctl(here, fix.substring("fanctl ".length())).done();
        assertThat(CliRun.fanatic(here, "doctor").done()).endsWith("healthy.\n");
    }

    @Test
    void aFindingTellsWhatWasSeenAndWhatMendsItInEightyColumns() {
        here.exec("ip", "link", "del", "ftun-250").orThrow();
        CliRun run = CliRun.fanatic(here, "doctor");
        assertThat(run.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith(
                        "error tunnel (250.0.0.0/8):\n  The tunnel is missing.\n  seen: fanctl up would create tunnel")
                .contains("\n  fix:  fanctl up -a\n")
                .contains("\n  so:   bridge-port: the tunnel is not a port of the bridge\n")
                .containsPattern("\n[0-9]+ things looked at: 1 error, and 3 that follow\\.\n$");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void iptablesThatRefusesIsToldAndTheRestIsExamined(@TempDir Path directory) throws IOException {
        Path broken = Files.writeString(directory.resolve("broken"), "#!/bin/sh\necho it is broken\nexit 4\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwxr-xr-x"));
        here.exec("nft", "add", "table", "ip", "filter").orThrow();
        here.exec("mount", "--bind", broken.toString(), "/usr/sbin/iptables-nft")
                .orThrow();
        try {
            String refusal = "/usr/sbin/iptables-nft refused to list its rules: it is broken";
            CliRun run = CliRun.fanatic(here, "doctor");
            assertThat(run.err()).isEmpty();
            assertThat(run.out().replaceAll("\\s+", " "))
                    .contains("not seen: ", " could not be looked at: " + refusal)
                    .containsPattern(" [0-9]+ things looked at");
            CliRun.fanctl(here, "up " + FAN).refused(ExitCode.FAILED, refusal);
        } finally {
            here.exec("umount", "/usr/sbin/iptables-nft").orThrow();
            here.exec("nft", "delete", "table", "ip", "filter").orThrow();
        }
    }

    @Test
    void whatTheKernelHasIsListedWithWhatItGives() {
        CliRun run = CliRun.fanatic(here, "doctor --kernel");
        assertThat(run.done())
                .startsWith("Linux " + RunningKernel.read().release() + " ")
                .containsPattern("\\nebpf +yes +the programs that do the arithmetic\\n")
                .containsPattern("\\ntcx +(yes|no) ")
                .containsPattern("\\nipip +(yes|no) ")
                .containsPattern("\\nipip-path-mtu +(yes|no) ")
                .containsPattern("\\nfast-path +(yes|no) +outer headers written ")
                .containsPattern("\\ndirect +(yes|no) +packets without encapsulation ")
                .containsPattern("\\naccept-rules +yes ");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));

        JsonObject document = JsonParser.parseString(
                        CliRun.fanatic(here, "doctor --kernel --json").done())
                .getAsJsonObject();
        assertThat(document.getAsJsonObject("kernel").get("byteOrder").getAsString())
                .isEqualTo(RunningKernel.read().byteOrderWord());
        JsonArray features = document.getAsJsonArray("features");
        assertThat(features).hasSize(KernelFeature.values().length);
        assertThat(features.get(0).getAsJsonObject().get("works").getAsBoolean())
                .isTrue();

        CliRun both = CliRun.fanatic(here, "doctor --kernel --bundle /tmp/no");
        assertThat(both.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(both.err()).contains("--kernel goes with --json only");
    }

    @Test
    void withoutPrivilegesItLooksAtLessAndSaysSo(@TempDir Path directory) {
        List<String> words = new ArrayList<>(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        words.addAll(JavaProgram.fanctl(directory, "doctor"));
        words.set(words.indexOf(Fanctl.class.getName()), Fanatic.class.getName());
        ExecResult run = here.exec(words.toArray(String[]::new)).orThrow();
        assertThat(run.output())
                .startsWith("not seen: what the kernel can do was not tried: it needs root\n")
                .contains("not seen: whether the fans are complete was not checked: it needs root\n")
                .contains("not seen: the firewall was not looked at: it needs root\n")
                .endsWith("healthy, as far as could be seen.\n");
        here.exec("ip", "route", "add", "250.7.0.0/16", "via", "10.0.255.254").orThrow();
        try {
            ExecResult ill = here.exec(words.toArray(String[]::new));
            assertThat(ill.exitCode()).isEqualTo(9);
            assertThat(ill.output()).startsWith("error overlay-overlap (250.0.0.0/8):\n");
        } finally {
            here.exec("ip", "route", "del", "250.7.0.0/16").orThrow();
        }
    }

    @Test
    void onlyTheFanThatIsMeantIsLookedAt() {
        here.exec("ip", "link", "del", "ftun-250").orThrow();
        assertThat(CliRun.fanatic(here, "doctor -o 251.0.0.0/8").exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(CliRun.fanatic(here, "doctor -u 10.0.0.0/16").exitCode()).isEqualTo(ExitCode.TEST_FAILED);
    }

    @Test
    void jsonIsOneDocumentWithCausesAndWhatFollows() {
        here.exec("ip", "link", "del", "ftun-250").orThrow();
        CliRun run = CliRun.fanatic(here, "doctor --json");
        JsonObject document = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(document.get("schema").getAsInt()).isEqualTo(1);
        assertThat(document.get("healthy").getAsBoolean()).isFalse();
        assertThat(causes(document)).containsExactly("tunnel");
        assertThat(document.getAsJsonArray("findings").get(0).getAsJsonObject().keySet())
                .containsExactly("code", "severity", "subject", "title", "evidence", "fix", "because", "cause");
    }

    @Test
    void aPeerThatAnswersAddsNothing() {
        CliRun run = CliRun.fanatic(here, "doctor --peer 10.0.0.2 --json");
        JsonObject document = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(causes(document)).as(run.out()).isEmpty();
        assertThat(document.getAsJsonArray("unseen"))
                .as("nobody serves there")
                .singleElement()
                .asString()
                .contains("no data was exchanged with 10.0.0.2");
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void ofAPeerWithoutAFanTheReasonIsTold() {
        FanControl.embedded().down(there);
        CliRun run = CliRun.fanatic(here, "doctor --peer 250.0.2.1");
        assertThat(run.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(run.out())
                .startsWith("error peer (250.0.0.0/8):\n")
                .contains("seen: no-fan-there: 10.0.0.2 answers");
    }

    @Test
    void thatAPeerIsNotReachedFollowsFromWhatIsBrokenHere() {
        here.exec("ip", "link", "set", "fan-250", "down").orThrow();
        JsonObject document = JsonParser.parseString(
                        CliRun.fanatic(here, "doctor --peer 10.0.0.2 --json").out())
                .getAsJsonObject();
        assertThat(causes(document)).containsExactly("device-down");

        here.exec("ip", "link", "del", "ftun-250").orThrow();
        CliRun half = CliRun.fanatic(here, "doctor --peer 10.0.0.2 --json");
        assertThat(half.err()).isEmpty();
        assertThat(causes(JsonParser.parseString(half.out()).getAsJsonObject())).containsExactly("tunnel");
    }

    @Test
    void theBundleHasWhatAMaintainerNeedsAndNoSecret(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("bundle.tar.gz");
        here.exec(
                        "sh",
                        "-c",
                        "mkdir -p /etc/docker; echo '{\"registry-secret\": \"hunter2\"}' > /etc/docker/daemon.json")
                .orThrow();
        file("250.0.0.0/8 10.0.0.0/16 # ours");
        String said = CliRun.fanatic(here, "doctor --bundle " + file).done();
        assertThat(said).endsWith("Written to " + file + ".\n");
        ExecResult unpacked = here.exec(
                        "sh", "-e", "-c", "cd " + directory + "; tar -xzf bundle.tar.gz; ls fanatic-doctor")
                .orThrow();
        assertThat(unpacked.output().lines())
                .containsExactlyInAnyOrder(
                        "doctor.json",
                        "doctor.txt",
                        "engines.txt",
                        "fan.conf",
                        "fans.txt",
                        "network.txt",
                        "versions.txt");
        StringBuilder all = new StringBuilder();
        try (var files = Files.list(directory.resolve("fanatic-doctor"))) {
            for (Path each : files.toList()) {
                assertThat(each).isNotEmptyFile();
                all.append(Files.readString(each));
            }
        }
        assertThat(all)
                .contains(
                        "link fan-250 kind bridge",
                        "Linux version",
                        "nft table ip fanatic",
                        "SENT",
                        "healthy",
                        "# ours")
                .doesNotContain("hunter2", System.getenv("PATH"));
        here.exec("rm", "/etc/network/fan").orThrow();
    }

    @Test
    void aBundleThatCannotBeWrittenIsOneSentence() {
        CliRun run = CliRun.fanatic(here, "doctor --bundle /proc/version/bundle.tar.gz");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .startsWith("fanatic: cannot write /proc/version/bundle.tar.gz: ")
                .hasLineCount(1);
    }

    @Test
    void anEngineWhoseSettingsWereChangedIsNamed() {
        CliRun.fanatic(here, "enable-cni " + FAN).done();
        try {
            assertThat(CliRun.fanatic(here, "doctor").done()).endsWith("healthy.\n");
            here.exec("sh", "-e", "-c", "f=$(ls /etc/cni/net.d/*fan-250*); sed -i s/1450/1400/ $f")
                    .orThrow();
            CliRun run = CliRun.fanatic(here, "doctor");
            assertThat(run.exitCode()).as("a warning only").isEqualTo(ExitCode.DONE);
            assertThat(run.out()).startsWith("warning engine-altered (250.0.0.0/8):\n");
        } finally {
            here.exec("sh", "-c", "rm /etc/cni/net.d/*fan-250*").orThrow();
            assertThat(CliRun.fanatic(here, "doctor").out())
                    .startsWith("warning engine-altered (250.0.0.0/8):\n")
                    .contains("is not there; enable or disable it again");
            CliRun.fanatic(here, "disable-cni " + FAN).done();
        }
    }

    @Test
    void statusTellsWhetherTheHostIsAsConfigured() {
        file("250.0.0.0/8 10.0.0.0/16");
        assertThat(CliRun.fanatic(here, "status --diff").done()).isEqualTo("1 fan, as in /etc/network/fan\n");

        here.exec("ip", "link", "set", "ftun-250", "mtu", "1300").orThrow();
        CliRun differs = CliRun.fanatic(here, "status --diff");
        assertThat(differs.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(differs.out())
                .isEqualTo("--- this host\n+++ /etc/network/fan\n@@ 250.0.0.0/8 10.0.0.0/16 @@\n"
                        + "~ change tunnel ftun-250: MTU 1300 -> 65485\n");
        assertThat(CliRun.fanatic(here, "status").out())
                .isEqualTo("250.0.0.0/8 10.0.0.0/16: differs in 1 thing from /etc/network/fan\n");
        JsonObject brief = status("status --json");
        assertThat(brief.get("schema").getAsInt()).isEqualTo(1);
        assertThat(brief.get("asConfigured").getAsBoolean()).isFalse();
        assertThat(brief.get("allCompared").getAsBoolean()).isTrue();
        JsonObject fan = brief.getAsJsonArray("differences").get(0).getAsJsonObject();
        assertThat(fan.get("fan").getAsString()).isEqualTo("250.0.0.0/8 10.0.0.0/16");
        assertThat(fan.get("things").getAsInt()).isEqualTo(1);
        assertThat(fan.has("diff")).isFalse();
        JsonObject thing = status("status --diff --json")
                .getAsJsonArray("differences")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("diff")
                .get(0)
                .getAsJsonObject();
        assertThat(thing.get("kind").getAsString()).isEqualTo("other");
        assertThat(thing.get("words").getAsString()).isEqualTo("change tunnel ftun-250: MTU 1300 -> 65485");
        CliRun.fanctl(here, "up -a");
        assertThat(CliRun.fanatic(here, "status --diff").exitCode()).isEqualTo(ExitCode.DONE);
        JsonObject same = status("status --diff --json");
        assertThat(same.get("asConfigured").getAsBoolean()).isTrue();
        assertThat(same.get("configuration").getAsString()).isEqualTo("/etc/network/fan");
        assertThat(same.getAsJsonArray("differences")).isEmpty();

        file("250.0.0.0/8 10.0.0.0/16 direct");
        assertThat(CliRun.fanatic(here, "status --diff").out())
                .contains("@@ 250.0.0.0/8 10.0.0.0/16 direct @@\n", "guard of direct packets");
        CliRun.fanctl(here, "up -a").done();
        assertThat(CliRun.fanatic(here, "status").done()).isEqualTo("1 fan, as in /etc/network/fan\n");

        file("251.0.0.0/8 10.0.0.0/16");
        CliRun other = CliRun.fanatic(here, "status --diff");
        assertThat(other.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(other.out())
                .contains("@@ 251.0.0.0/8 10.0.0.0/16 @@\n", "+ create tunnel ftun-251", "- delete tunnel ftun-250");

        file("nonsense");
        CliRun broken = CliRun.fanatic(here, "status --diff");
        assertThat(broken.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(broken.out()).contains("@@ line 1 @@\n! /etc/network/fan:1: ");
        here.exec("rm", "/etc/network/fan").orThrow();
    }

    @Test
    void statusThatCannotLookDoesNotSayThatTheHostDiffers() {
        here.exec("mkdir", "-p", "/etc/network/fan.d").orThrow();
        CliRun.fanatic(here, "status --file /etc/network/fan.d")
                .refused(ExitCode.FAILED, "cannot read /etc/network/fan.d");
        String journal = "/var/lib/fanatic/journal";
        here.exec("sh", "-ec", "mv " + journal + " " + journal + ".kept; mkdir " + journal)
                .orThrow();
        try {
            CliRun.fanatic(here, "status").refused(ExitCode.FAILED, "cannot read " + journal);
            CliRun.fanatic(here, "status --json").refused(ExitCode.FAILED, "cannot read " + journal);
        } finally {
            here.exec("sh", "-ec", "rmdir " + journal + "; mv " + journal + ".kept " + journal)
                    .orThrow();
        }
        assertThat(CliRun.fanatic(here, "status").exitCode()).isEqualTo(ExitCode.DONE);
    }

    private JsonObject status(String command) {
        return JsonParser.parseString(CliRun.fanatic(here, command).out()).getAsJsonObject();
    }

    private void file(String line) {
        here.exec("sh", "-e", "-c", "mkdir -p /etc/network; echo '" + line + "' > /etc/network/fan")
                .orThrow();
    }

    static List<String> causes(JsonObject document) {
        List<String> codes = new ArrayList<>();
        JsonArray findings = document.getAsJsonArray("findings");
        for (JsonElement each : findings) {
            if (each.getAsJsonObject().get("cause").getAsBoolean()) {
                codes.add(each.getAsJsonObject().get("code").getAsString());
            }
        }
        return codes;
    }
}
