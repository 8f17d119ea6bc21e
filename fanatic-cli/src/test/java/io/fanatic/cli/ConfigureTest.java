package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.setup.FakeEngine;
import io.fanatic.cli.setup.Host;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** configure, deconfigure, enable-, disable-, show on a lab's host, 10.0.0.1/16 on eth0, with fake container engines. */
@FanLab(hosts = 1, containers = 0, fan = false)
class ConfigureTest {
    private static final String FAN = " -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String HEADER =
            "Underlay           Overlay            Fan        Docker   LXD      Incus    Podman   CNI\n";

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;
    private Supplier<Host> engines = FanaticWithFakes::host;

    @BeforeEach
    void rememberTheHost(Lab running) {
        lab = running;
        host = lab.hosts().get(0);
        FanaticWithFakes.makeRoomForContainers(host);
        before = lab.snapshot(host);
    }

    @AfterEach
    void theHostIsAsItWas() {
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private CliRun fanatic(String commandLine) {
        return fanatic(commandLine, "");
    }

    private CliRun fanatic(String commandLine, String input) {
        return CliRun.fanatic(host, engines, commandLine, input);
    }

    private String file(String name) {
        return host.namespace().call(() -> Files.readString(Path.of(name)));
    }

    @Test
    void theTranscriptPipedInReplaysWordForWord() {
        CliRun run = fanatic("", Transcript.ANSWERS);
        assertThat(Transcript.withoutMeasurements(run.out())).isEqualTo(Transcript.TEXT);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.err()).isEqualTo("fanatic: Docker restarts\n");
        assertThat(file("/etc/network/fan")).isEqualTo("250.0.0.0/8 10.0.0.0/16\n");
        assertThat(file("/run/fake-docker")).isEqualTo("fan-250 250.0.1.0/24 default");
        assertThat(fanatic("deconfigure --yes").done()).isEqualTo("everything is as it was before\n");
    }

    @Test
    void thePipeThatEndsEarlyChangesNothing() {
        String[] answers = {"\n", "\n", "n\n", "Y\n"};
        StringBuilder given = new StringBuilder();
        for (int i = 0; i <= answers.length; i++) {
            CliRun run = fanatic("configure", given.toString());
            assertThat(run.exitCode()).isEqualTo(ExitCode.CANCELLED);
            assertThat(run.err()).isEqualTo("fanatic: no changes made\n");
            assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
            given.append(i < answers.length ? answers[i] : "");
        }
    }

    @Test
    void byOptionsNothingIsAsked() {
        assertThat(fanatic("configure --yes --no-lxd").done())
                .isEqualTo("fan-250 is up: slice 250.0.1.0/24, host address 250.0.1.1, MTU 1450\n");
        assertThat(file("/run/fake-docker")).isEqualTo("fan-250 250.0.1.0/24 named");
        assertThat(fanatic("show").done())
                .isEqualTo(HEADER
                        + "10.0.0.1/16        250.0.0.0/8        up         enabled  -        -        -        -\n");
        assertThat(fanatic("configure --yes --no-lxd").done()).startsWith("fan-250 is up");
        assertThat(fanatic("show --verbose").done())
                .contains("\n250.0.0.0/8 over 10.0.0.1/16:\n  Docker: fake: fan-250", "  LXD: fake socket");
        fanatic("deconfigure --yes").done();
        assertThat(fanatic("deconfigure --yes").done()).isEqualTo("nothing to do: no fan is set up here\n");
    }

    @Test
    void typeAndPortAreForThoseWhoKnowAndNeverAsked() {
        fanatic("configure --yes --no-lxd --port 4790").done();
        assertThat(file("/etc/network/fan")).isEqualTo("250.0.0.0/8 10.0.0.0/16 port 4790\n");
        assertThat(CliRun.fanctl(host, "show --json").done()).contains("\"port\": 4790");
        fanatic("deconfigure --yes").done();
        assertThat(fanatic("configure --yes --no-lxd --type ipip --dry-run").out()
                        + fanatic("doctor --kernel").out())
                .containsPattern("IPIP|\nipip +no ");
        fanatic("configure --yes --type ipip --port 4790").refused(ExitCode.USAGE, "port does not go with ipip");
        fanatic("configure --yes --type gre").refused(ExitCode.USAGE, "vxlan or ipip");
        fanatic("configure --yes --port 0").refused(ExitCode.USAGE, "1 to 65535");
    }

    @Test
    void jsonIsOneDocument() {
        JsonObject configured = json("configure --yes --json --docker --test --dhcp --remote 10.0.0.99");
        assertThat(configured.get("changed").getAsBoolean()).isTrue();
        assertThat(configured.getAsJsonObject("fan").get("slice").getAsString()).isEqualTo("250.0.1.0/24");
        assertThat(configured.getAsJsonObject("fan").get("dhcp").getAsBoolean()).isTrue();
        assertThat(configured.getAsJsonArray("tests")).hasSize(2);
        assertThat(configured
                        .getAsJsonArray("remoteTests")
                        .get(0)
                        .getAsJsonObject()
                        .get("failures")
                        .getAsInt())
                .as("nobody is at 10.0.0.99")
                .isEqualTo(1);

        JsonObject shown = json("show --json");
        JsonObject slice = shown.getAsJsonArray("fans")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("slices")
                .get(0)
                .getAsJsonObject();
        assertThat(slice.getAsJsonObject("engines")
                        .getAsJsonObject("lxd")
                        .get("state")
                        .getAsString())
                .isEqualTo("enabled");
        assertThat(json("deconfigure --dry-run --json").get("dryRun").getAsBoolean())
                .as("a dry run asks nothing")
                .isTrue();
        fanatic("deconfigure --json").refused(ExitCode.USAGE, "--yes");
        assertThat(json("deconfigure --yes --json").get("changed").getAsBoolean())
                .isTrue();
        fanatic("configure --json").refused(ExitCode.USAGE, "--yes");
    }

    private JsonObject json(String commandLine) {
        CliRun run = fanatic(commandLine);
        assertThat(run.err()).isEmpty();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    @Test
    void aDryRunTouchesNothing() {
        assertThat(fanatic("configure --yes --docker-default-bridge --dry-run").done())
                .contains(
                        "would create tunnel ftun-250",
                        "would write \"250.0.0.0/8 10.0.0.0/16 dhcp\" to /etc/network/fan\n",
                        "would make Docker network fan-250\n  ! Docker restarts\n")
                .endsWith("no changes made\n");
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
        fanatic("enable-fan" + FAN).done();
        assertThat(fanatic("deconfigure --dry-run").done()).contains("would take down the fan 250.0.0.0/8");
        fanatic("disable-fan" + FAN).done();
    }

    @Test
    void oneEngineAfterTheOtherAndBack() {
        assertThat(fanatic("enable-fan" + FAN + " --host-reserve 3").done()).startsWith("fan-250 is up: slice");
        // There is one fan, so it need not be named.
        assertThat(fanatic("enable-lxd").done())
                .startsWith("LXD is on fan-250: ")
                .endsWith("; DHCP is on now, for instances: 250.0.1.64-250.0.1.127\n");
        assertThat(file("/etc/network/fan")).isEqualTo("250.0.0.0/8 10.0.0.0/16 dhcp host-reserve 3\n");
        assertThat(fanatic("enable-lxd" + FAN).done()).endsWith("nothing to change\n");
        fanatic("enable-docker --default-bridge" + FAN).done();
        assertThat(file("/run/fake-docker")).endsWith("default");
        fanatic("disable-fan" + FAN).refused(ExitCode.IN_USE, "LXD", "Docker", "fan 250.0.0.0/8");
        CliRun.fanctl(host, "down" + FAN).done();
        assertThat(fanatic("show").done()).contains("down       enabled  enabled  -        -        -\n");
        assertThat(json("show --json")
                        .getAsJsonArray("configuredOnly")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonObject("engines")
                        .getAsJsonObject("lxd")
                        .get("state")
                        .getAsString())
                .isEqualTo("enabled");
        CliRun.fanctl(host, "up -a").done();
        assertThat(fanatic("disable-docker").done()).startsWith("Docker is off the fan");
        assertThat(fanatic("disable-docker" + FAN).done()).startsWith("Docker was not on the fan");
        assertThat(fanatic("show").done()).contains("up         -        enabled  -");
        assertThat(fanatic("disable-fan --force" + FAN).done()).endsWith(" is down\n");
        assertThat(fanatic("disable-fan" + FAN).done()).endsWith(" was not set up\n");
    }

    @Test
    void anEngineIsPutOnTheOnlyFanOrOnTheOneThatIsNamed() {
        fanatic("disable-lxd").refused(ExitCode.USAGE, "there is no fan on this host; name one");
        fanatic("enable-lxd").refused(ExitCode.USAGE, "there is no fan on this host; name one");
        fanatic("enable-fan" + FAN).done();
        fanatic("enable-fan -u 10.0.0.0/16 -o 251.0.0.0/8").done();
        for (String command : List.of("enable-lxd", "disable-lxd")) {
            fanatic(command)
                    .refused(
                            ExitCode.USAGE,
                            "there are several fans on this host; name one: -u 10.0.0.0/16 -o 250.0.0.0/8, or -u"
                                    + " 10.0.0.0/16 -o 251.0.0.0/8");
        }
        fanatic("deconfigure --yes").done();
    }

    @Test
    void anEngineThatFailsIsUndoneWithTheFan() {
        FakeEngine docker = FakeEngine.usable(EngineKind.DOCKER, Path.of("/run"));
        docker.fail();
        engines = () -> Host.here(List.of(docker));
        fanatic("enable-docker" + FAN).refused(ExitCode.UNDONE, "Docker does not want to", "was undone");
    }

    @Test
    void aConfiguredFanThatIsDownIsShown() {
        host.namespace()
                .call(() -> Files.writeString(
                        Path.of("/etc/network/fan"), "251.0.0.0/8 eth0/16\n252.0.0.0/8 10.0.0.0/16 off\n"));
        assertThat(fanatic("show").done())
                .isEqualTo(HEADER
                        + "eth0/16            251.0.0.0/8        down       -        -        -        -        -\n"
                        + "10.0.0.0/16        252.0.0.0/8        off        -        -        -        -        -\n");
        assertThat(fanatic("deconfigure --yes").done())
                .as("somebody else's lines")
                .startsWith("nothing to do");
        fanatic("disable-fan -u eth0/16 -o 251.0.0.0/8").done();
        assertThat(file("/etc/network/fan")).isEqualTo("252.0.0.0/8 10.0.0.0/16 off\n");
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/etc/network/fan")));
    }

    // TESTING.md F36
    @Test
    void deconfigureTakesAwayWhatIsLeftOfAFanThatHasLostItsBridge() {
        CliRun.fanctl(host, "up" + FAN).done();
        sh("ip link del fan-250");
        assertThat(fanatic("show").done()).contains("incomplete");
        assertThat(fanatic("deconfigure --dry-run").done()).contains("ftun-250");
        assertThat(fanatic("deconfigure --yes").done()).isEqualTo("everything is as it was before\n");
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();

        CliRun.fanctl(host, "up -u 10.0.0.0/16 -o 251.0.0.0/8").done();
        sh("ip link del fan-251");
        fanatic("enable-fan" + FAN).done();
        assertThat(fanatic("deconfigure --dry-run").done()).contains("what is left of 251.0.0.0/8 over 10.0.0.0/16");
        fanatic("deconfigure --yes").done();
    }

    @Test
    void deconfigureAsksAndTheEndIsNo() {
        fanatic("enable-fan" + FAN).done();
        CliRun no = fanatic("deconfigure", "n\n");
        assertThat(no.exitCode()).isEqualTo(ExitCode.CANCELLED);
        assertThat(no.out()).endsWith("Go ahead? [Yn]: n\n");
        assertThat(fanatic("deconfigure").exitCode()).isEqualTo(ExitCode.CANCELLED);
        assertThat(fanatic("deconfigure", "y\n").exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theLocalTestRunsByItself() {
        fanatic("test local-docker" + FAN).refused(ExitCode.FAILED, "not up", "enable-docker");
        fanatic("enable-docker" + FAN).done();
        String text = fanatic("test local-docker" + FAN).done();
        assertThat(text)
                .contains("test slave: long data ... PASS (")
                .endsWith("local docker test: test complete PASS (master=0 slave=0)\n");
        fanatic("deconfigure --yes").done();
    }

    @Test
    void aFirewallThatEatsTheDataFailsTheTestAndTheContainerGoes() {
        fanatic("enable-docker" + FAN).done();
        sh("nft add table inet eater");
        sh("nft add chain inet eater in { type filter hook input priority 0 ; }");
        sh("nft add rule inet eater in iifname fan-250 tcp flags syn counter drop");
        CliRun run = fanatic("test local-docker" + FAN);
        sh("nft delete table inet eater");
        assertThat(run.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(run.out())
                .contains("test slave: ping test ... PASS", "test slave: short data ... FAIL (")
                .contains("local docker test: destroying test container ...")
                .contains("test complete FAIL (master=");
        fanatic("deconfigure --yes").done();
    }

    private void sh(String command) {
        lab.exec(host, List.of(command.split(" "))).orThrow();
    }

    @Test
    void noImageIsASkipWithItsReason() {
        engines = () -> Host.here(List.of(FakeEngine.usable(EngineKind.DOCKER, Path.of("/run"))));
        fanatic("enable-docker" + FAN).done();
        CliRun run = fanatic("test local-docker" + FAN);
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).endsWith("local docker test: skipped: there is no image\n");
        fanatic("deconfigure --yes").done();
    }

    @Test
    void confirmWithoutAnythingThatWaitsSaysSo() {
        fanatic("confirm").refused(ExitCode.FAILED, "no change is waiting");
        fanatic("confirm --json").refused(ExitCode.FAILED, "no change is waiting");
    }

    @Test
    void badOptionsAreUsageErrors() {
        fanatic("configure --yes --docker --no-docker")
                .refusedWithHint(ExitCode.USAGE, "--docker or --no-docker can be given only once");
        fanatic("configure --yes --no-doker").refusedWithHint(ExitCode.USAGE, "Did you mean \"--no-docker\"?");
        fanatic("configure --yes --confirm 0").refused(ExitCode.USAGE, "--confirm", "\"0\"", "1 to 86400");
        fanatic("configure --yes --remote nowhere").refused(ExitCode.USAGE, "nowhere");
        fanatic("configure --yes -u 10.0.0.0/16 -o 127.0.0.0/8").refused(ExitCode.USAGE, "loopback");
        fanatic("configure --yes -u eth7").refused(ExitCode.USAGE, "no interface eth7");
        fanatic("configure --yes --incus").refused(ExitCode.FAILED, "Incus cannot be put on the fan");
    }
}
