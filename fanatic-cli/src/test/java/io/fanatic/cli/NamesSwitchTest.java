package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.setup.MemoryHost;
import io.fanatic.core.FanEntry;
import io.fanatic.netlink.FanNetwork;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of containers switched on and off on a host in memory, whose systemctl(1) is a script; BootTest has the real one. */
class NamesSwitchTest {
    private static final String FAN = " -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String OTHER = " -u 10.0.0.0/16 -o 251.0.0.0/8";

    /** Enabled with --now is running; verbs that change something are noted. */
    private static final String SYSTEMCTL = """
            #!/bin/sh
            here=$(dirname "$0")
            for unit; do :; done
            test "$unit" = fan-names.service || exit 5
            case $1 in
                is-enabled | is-active) test -e "$here/on" ;;
                enable) echo enable >>"$here/calls"
                    test ! -e "$here/broken" || { echo Job for fan-names.service failed.; exit 1; }
                    : >"$here/on" ;;
                disable) echo disable >>"$here/calls"; cp "$here/network/fan" "$here/at-disable"; rm -f "$here/on" ;;
                *) exit 4 ;;
            esac
            """;

    @TempDir
    Path directory;

    private MemoryHost host;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(FanNetwork.isPrivileged(), "the commands want root, also on a host in memory");
        Path systemctl = Files.writeString(directory.resolve("systemctl"), SYSTEMCTL);
        Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwxr-xr-x"));
        host = new MemoryHost(directory, "10.0.0.45/16").withUsualEngines().withSystemctl(systemctl);
    }

    private CliRun fanatic(String words) {
        return CliRun.run(new Fanatic(host::host), words.split(" "), "", new ByteArrayOutputStream());
    }

    private List<String> calls() throws IOException {
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private String file() throws IOException {
        return Files.exists(host.configuration()) ? Files.readString(host.configuration()) : "";
    }

    @Test
    void namesComeWithTheFanAndGoAloneAndBothTimesTheServiceFollows() throws IOException {
        assertThat(fanatic("enable-names --dry-run" + FAN).done())
                .contains("would enable and start fan-names.service", "no changes made");
        assertThat(calls()).isEmpty();

        assertThat(fanatic("enable-names" + FAN).done())
                .isEqualTo("names of containers are served on fan-250: fan-250 is up: slice 250.0.45.0/24, host address"
                        + " 250.0.45.1, MTU 1450\n"
                        + "plain docker run, podman run, and Docker without systemd-resolved need: --dns 250.0.45.1\n");
        assertThat(file()).isEqualTo("250.0.0.0/8 10.0.0.0/16 names\n");
        assertThat(host.host().fans().list().get(0).names()).isTrue();
        assertThat(fanatic("enable-names").done()).contains("; nothing to change\n");
        assertThat(calls()).containsExactly("enable");

        assertThat(fanatic("disable-names").done())
                .isEqualTo("names of containers are no longer served on the fan 250.0.0.0/8 over 10.0.0.45/16\n");
        assertThat(file()).isEqualTo("250.0.0.0/8 10.0.0.0/16\n");
        assertThat(host.host().fans().list().get(0).names()).isFalse();
        assertThat(fanatic("disable-names").done())
                .isEqualTo("names of containers were not served on the fan 250.0.0.0/8 over 10.0.0.45/16\n");
        assertThat(calls()).containsExactly("enable", "disable");
    }

    @Test
    void theServiceEndsWithTheLastFanThatHasNames() throws IOException {
        fanatic("configure --yes --names --no-lxd --no-docker" + FAN).done();
        fanatic("enable-names" + OTHER).done();
        fanatic("disable-fan" + FAN).done();
        assertThat(calls()).containsExactly("enable");
        assertThat(fanatic("deconfigure --yes").done()).isEqualTo("everything is as it was before\n");
        assertThat(calls()).containsExactly("enable", "disable");
        assertThat(host.configuration()).doesNotExist();
    }

    /** A run that is killed between two steps is gone on with by the next one, as long as the fan tells what was begun. */
    @Test
    void theServiceEndsBeforeTheFanLosesItsFlag() throws IOException {
        for (String command : List.of("disable-names", "disable-fan" + FAN, "deconfigure --yes")) {
            fanatic("enable-names" + FAN).done();
            fanatic(command).done();
            assertThat(Files.readString(directory.resolve("at-disable")))
                    .as(command)
                    .isEqualTo("250.0.0.0/8 10.0.0.0/16 names\n");
        }
    }

    @Test
    void aRunThatEndedBeforeTheServiceStartedIsGoneOnWithOrTakenBack() throws IOException {
        host.host().fans().up(FanEntry.parse("250.0.0.0/8 10.0.0.0/16 names"));
        assertThat(fanatic("enable-names" + FAN).done()).doesNotContain("nothing to change");
        assertThat(calls()).containsExactly("enable");
        assertThat(file()).isEqualTo("250.0.0.0/8 10.0.0.0/16 names\n");
        Files.delete(directory.resolve("on"));
        assertThat(fanatic("deconfigure --yes").done()).isEqualTo("everything is as it was before\n");
        assertThat(file()).isEmpty();
    }

    @Test
    void aServiceThatSomebodyHasStoppedIsStartedAgain() throws IOException {
        fanatic("enable-names" + FAN).done();
        Files.delete(directory.resolve("on"));
        assertThat(fanatic("enable-names").done()).doesNotContain("nothing to change");
        assertThat(calls()).containsExactly("enable", "enable");
    }

    @Test
    void aServiceThatDoesNotStartLeavesTheFanAsItWas() throws IOException {
        fanatic("enable-fan" + FAN).done();
        String before = host.host().fans().list().toString() + file();
        Files.createFile(directory.resolve("broken"));
        fanatic("enable-names")
                .refused(
                        ExitCode.UNDONE,
                        "could not enable and start fan-names.service: systemctl enable --now fan-names.service failed:"
                                + " Job for fan-names.service failed.; everything before it was undone");
        assertThat(host.host().fans().list().toString() + file()).isEqualTo(before);
        assertThat(host.host().fans().list().get(0).names()).isFalse();
    }

    @Test
    void whereNothingStartsServicesThePlanSaysWhatToRun() {
        MemoryHost bare = new MemoryHost(directory, "10.0.0.45/16");
        CliRun run = CliRun.run(
                new Fanatic(bare::host), ("enable-names --dry-run" + FAN).split(" "), "", new ByteArrayOutputStream());
        assertThat(run.done()).contains("! nothing starts services here; keep \"fanatic names\" running");
    }
}
