package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** fanctl on a lab's host, 10.0.0.1/16 on eth0, as a user meets it. */
@FanLab(hosts = 1, containers = 0, fan = false)
class FanctlTest {
    private static final String HEADER = "Bridge           Underlay             Overlay              Flags\n";
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    private LabHost host;
    private HostSnapshot before;

    @BeforeEach
    void rememberTheHost(Lab lab) {
        host = lab.hosts().get(0);
        before = host.namespace().call(HostSnapshot::take);
    }

    @AfterEach
    void theHostIsAsItWas() {
        fanctl(host, "down -e").done();
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/etc/network/fan")));
        assertThat(before.changesTo(host.namespace().call(HostSnapshot::take))).isEmpty();
    }

    @Test
    void upShowDownSayWhatTheyDid() {
        assertThat(fanctl(host, "up" + FAN).done())
                .isEqualTo("fan-250 is up: slice 250.0.1.0/24, host address 250.0.1.1, MTU 1450\n");
        assertThat(fanctl(host, "show").done())
                .isEqualTo(HEADER + "fan-250          10.0.0.1/16          250.0.0.0/8          -\n");
        assertThat(fanctl(host, "up" + FAN).done()).startsWith("fan-250 is up already, nothing to do: ");
        assertThat(fanctl(host, "down" + FAN).done()).isEqualTo("fan 250.0.0.0/8 over 10.0.0.1/16 is down\n");
        assertThat(fanctl(host, "show").done()).isEqualTo(HEADER);
        assertThat(fanctl(host, "down" + FAN).done()).isEqualTo("fan 250.0.0.0/8 over 10.0.0.1/16 was not up\n");
    }

    // TESTING.md F42
    @Test
    void upAndConfigListAreOneDocumentAlsoWhereALineIsBroken() {
        JsonObject planned = json(fanctl(host, "up" + FAN + " --dry-run --json"), ExitCode.DONE);
        assertThat(planned.get("dryRun").getAsBoolean()).isTrue();
        JsonObject fan = json(fanctl(host, "up" + FAN + " --json"), ExitCode.DONE)
                .getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject();
        assertThat(fan.get("bridge").getAsString()).isEqualTo("fan-250");
        assertThat(fan.get("changed").getAsBoolean()).isTrue();
        assertThat(fan.getAsJsonArray("steps")).isNotEmpty();

        host.namespace().call(() -> Files.writeString(Path.of("/etc/network/fan"), "250.0.0.0/8 10.0.0.1/16\nx\n"));
        JsonObject all = json(fanctl(host, "up -a --json"), ExitCode.USAGE);
        assertThat(all.getAsJsonArray("fans")
                        .get(0)
                        .getAsJsonObject()
                        .get("changed")
                        .getAsBoolean())
                .isFalse();
        assertThat(all.getAsJsonArray("failures")
                        .get(0)
                        .getAsJsonObject()
                        .get("message")
                        .getAsString())
                .startsWith("/etc/network/fan:2: ");
        JsonObject list = json(fanctl(host, "config list --json"), ExitCode.USAGE);
        assertThat(list.getAsJsonArray("fans")
                        .get(0)
                        .getAsJsonObject()
                        .get("entry")
                        .getAsString())
                .isEqualTo("250.0.0.0/8 10.0.0.1/16");
        assertThat(list.getAsJsonArray("problems")
                        .get(0)
                        .getAsJsonObject()
                        .get("line")
                        .getAsInt())
                .isEqualTo(2);
        fanctl(host, "up" + FAN + " --file /etc/network/fan").refused(ExitCode.USAGE, "--file goes with -a");
    }

    private static JsonObject json(CliRun run, ExitCode code) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(code);
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    @Test
    void anOverlayOfTheInternetIsSaid() {
        CliRun internet = fanctl(host, "up -u 10.0.0.0/16 -o 25.0.0.0/8");
        assertThat(internet.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(internet.err())
                .startsWith("fanctl: note: 25.0.0.0/8 has addresses of the internet")
                .contains("240.0.0.0/8 to 254.0.0.0/8");
    }

    @Test
    void aLineThatIsBrokenAndAFanThatIsNotConfiguredAreCalledThat() {
        fanctl(host, "up" + FAN).done();
        host.namespace().call(() -> Files.writeString(Path.of("/etc/network/fan"), "x\n"));
        assertThat(CliRun.fanatic(host, "status").out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("/etc/network/fan:1: "),
                        line -> assertThat(line)
                                .isEqualTo("250.0.0.0/8 10.0.0.0/16: is up, and not in /etc/network/fan"));
    }

    @Test
    void everyFormOfTheUnderlayIsUnderstood() {
        for (String underlay : List.of("10.0.0.1/16", "10.0.0.0/16", "eth0/16", "eth0", "default/16", "default")) {
            assertThat(fanctl(host, "up -u " + underlay + " -o 250.0.0.0/8").done())
                    .as(underlay)
                    .contains("slice 250.0.1.0/24");
            assertThat(fanctl(host, "down -u " + underlay + " -o 250.0.0.0/8").done())
                    .as(underlay)
                    .endsWith("is down\n");
        }
    }

    @Test
    void theOldPositionalFormsWorkInEitherOrder() {
        fanctl(host, "up 250.0.0.0/8 10.0.0.1/16 dhcp host-reserve 2 bridge br-fan")
                .done();
        assertThat(fanctl(host, "show").done())
                .isEqualTo(HEADER
                        + "br-fan           10.0.0.1/16          250.0.0.0/8          dhcp host-reserve 2"
                        + " bridge br-fan\n");
        fanctl(host, "down 10.0.0.1/16 250.0.0.0/8").done();
        assertThat(fanctl(host, "show").done()).isEqualTo(HEADER);
    }

    /** Also with the value that is the default: it was taken as not given. */
    @Test
    void anOptionOverridesTheWordOfTheOldPositionalForm() {
        fanctl(
                        host,
                        "up 250.0.0.0/8 10.0.0.1/16 host-reserve 2 mtu 1300 shares docker:all --host-reserve 1 --mtu 1400"
                                + " --shares dhcp:all")
                .done();
        assertThat(fanctl(host, "show").done())
                .isEqualTo(HEADER + "fan-250          10.0.0.1/16          250.0.0.0/8          shares dhcp:all\n");
        assertThat(fanctl(host, "show --json").done()).contains("\"mtu\": 1400");
    }

    @Test
    void optionsShowUpAndCountersAreSentences() {
        fanctl(host, "up" + FAN + " --port 4790 --vni 77 --mtu 1400 --host-reserve 3 --underlay-only")
                .done();
        assertThat(fanctl(host, "show --stats").done())
                .contains("host-reserve 3 port 4790 vni 77 underlay-only")
                .contains("fan-250 (ftun-250), frames since it came up or was last reset:")
                .contains("0  sent to the host that owns the destination");
        JsonObject document = JsonParser.parseString(
                        fanctl(host, "show --json --stats").done())
                .getAsJsonObject();
        assertThat(document.get("schema").getAsInt()).isEqualTo(1);
        JsonObject fan = document.getAsJsonArray("fans").get(0).getAsJsonObject();
        assertThat(fan.get("vni").getAsInt()).isEqualTo(77);
        assertThat(fan.get("underlayOnly").getAsBoolean()).isTrue();
        assertThat(fan.get("mtu").getAsInt()).isEqualTo(1400);
        assertThat(fan.getAsJsonObject("counters").get("receive-spoofed").getAsInt())
                .isZero();
        assertThat(fan.getAsJsonObject("lastDrops").size()).isZero();
        fanctl(host, "show --reset").refused(ExitCode.USAGE, "--reset goes with --stats");
        JsonObject slice = fan.getAsJsonArray("slices").get(0).getAsJsonObject();
        assertThat(slice.get("firstContainerAddress").getAsString()).isEqualTo("250.0.1.4");

        host.exec("ip", "link", "delete", "fan-250").orThrow();
        JsonObject halfGone = JsonParser.parseString(fanctl(host, "show --json").done())
                .getAsJsonObject()
                .getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject();
        assertThat(halfGone.has("mtu")).as("the bridge had it: %s", halfGone).isFalse();
    }

    @Test
    void aDryRunPrintsThePlanAndTouchesNothing() {
        assertThat(fanctl(host, "up" + FAN + " --dhcp --dry-run").done())
                .contains("would create tunnel ftun-250 (VXLAN, VNI 16384000, UDP port 8472)\n")
                .contains("would start dnsmasq on fan-250 (250.0.1.64-250.0.1.127)\n")
                .endsWith("no changes made\n");
        assertThat(before.changesTo(host.namespace().call(HostSnapshot::take))).isEmpty();
        fanctl(host, "up" + FAN).done();
        assertThat(fanctl(host, "down -e --dry-run").done()).contains("would delete bridge fan-250\n");
        assertThat(fanctl(host, "show").done()).contains("fan-250");
    }

    @Test
    void theConfigurationIsEditedAndBroughtUpPastABadLine() throws Exception {
        assertThat(fanctl(host, "config list").done()).isEmpty();
        CliRun nothing = fanctl(host, "up -a");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(nothing.out()).isEmpty();
        assertThat(nothing.err()).isEqualTo("fanctl: note: /etc/network/fan has no fan to bring up\n");
        fanctl(host, "config set -u eth0/16 -o 250.0.0.0/8 --dhcp --underlay-only")
                .done();
        fanctl(host, "config set -u 10.0.0.0/24 -o 251.0.0.0/8 --off").done();
        host.namespace().call(() -> {
            Path file = Path.of("/etc/network/fan");
            return Files.writeString(file, "# mine\nfrobnicate\n" + Files.readString(file));
        });

        CliRun list = fanctl(host, "config list");
        assertThat(list.out()).isEqualTo("250.0.0.0/8 eth0/16 dhcp underlay-only\n251.0.0.0/8 10.0.0.0/24 off\n");
        assertThat(list.err()).startsWith("fanctl: /etc/network/fan:2: \"frobnicate\"");
        assertThat(list.exitCode()).isEqualTo(ExitCode.USAGE);

        CliRun up = fanctl(host, "up -a");
        assertThat(up.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(up.err().lines()).singleElement().asString().startsWith("fanctl: /etc/network/fan:2: ");
        assertThat(fanctl(host, "show").done())
                .contains("250.0.0.0/8          dhcp underlay-only")
                .doesNotContain("251.0.0.0/8");

        assertThat(fanctl(host, "config show -u eth0/16 -o 250.0.0.0/8").done())
                .isEqualTo("250.0.0.0/8 eth0/16 dhcp underlay-only\n");
        fanctl(host, "config unset -u eth0/16 -o 250.0.0.0/8").done();
        assertThat(fanctl(host, "config show").done()).isEqualTo("# mine\nfrobnicate\n251.0.0.0/8 10.0.0.0/24 off\n");
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/etc/network/fan")));
    }

    @Test
    void downOfTheConfigurationTakesDownWhatItNamesAndNothingElse() {
        fanctl(host, "config set -u eth0/16 -o 250.0.0.0/8").done();
        fanctl(host, "up -a").done();
        fanctl(host, "up -u eth0/16 -o 252.0.0.0/8").done();
        fanctl(host, "down -a").done();
        assertThat(fanctl(host, "show").done()).doesNotContain("fan-250 ").contains("fan-252 ");
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void downOfTheConfigurationWorksWhenTheInterfaceHasLostItsAddress(Lab lab) {
        fanctl(host, "config set -u eth0/16 -o 250.0.0.0/8").done();
        fanctl(host, "up -a").done();
        lab.exec(host, List.of("ip", "addr", "del", "10.0.0.1/16", "dev", "eth0"))
                .orThrow();
        fanctl(host, "down -a").done();
        assertThat(fanctl(host, "show").done()).isEqualTo(HEADER);
        before = host.namespace().call(HostSnapshot::take);
    }

    @Test
    void helpFitsEightyColumnsAndNamesEveryCommand() {
        String all = fanctl("help").done();
        assertThat(all)
                .contains("up", "down", "show", "config")
                .isEqualTo(fanctl("--help").done());
        for (String command : List.of("help", "help up", "help down", "help show", "help config", "help config set")) {
            assertThat(fanctl(command).done().lines())
                    .as(command)
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        }
    }
}
