package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that cannot be written to: one sentence, and the host as before. */
@FanLab(hosts = 1, containers = 0, fan = false)
class NoRoomTest {
    private static final String FAN = " -u 10.0.0.0/16 -o 250.0.0.0/8";

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;

    @BeforeEach
    void rememberTheHost(Lab running) {
        lab = running;
        host = lab.hosts().get(0);
        // Forwarding is what has to be written down before it is switched on.
        sh("sysctl -qw net.ipv4.ip_forward=0");
        sh("mkdir -p /run/fanatic /var/lib/fanatic /etc/network");
        before = host.namespace().call(HostSnapshot::take);
    }

    @AfterEach
    void theHostIsAsItWas() {
        assertThat(before.changesTo(host.namespace().call(HostSnapshot::take))).isEmpty();
    }

    private void sh(String command) {
        lab.exec(host, List.of("sh", "-c", command)).orThrow();
    }

    /** A full file system has room for no file, as one without space has none for a byte. */
    private void mounted(String options, String directory, Runnable meanwhile) {
        sh("mount -t tmpfs -o " + options + " tmpfs " + directory);
        try {
            meanwhile.run();
        } finally {
            sh("umount " + directory);
        }
    }

    // field.md 7
    @Test
    void aFullDiskForTheJournalChangesNothing() {
        mounted(
                "nr_inodes=1",
                "/var/lib/fanatic",
                () -> fanctl(host, "up" + FAN).refused(ExitCode.UNDONE, "/var/lib/fanatic", "No space left on device"));
    }

    // field.md 7
    @Test
    void aReadOnlyDirectoryForTheJournalChangesNothing() {
        mounted(
                "ro",
                "/var/lib/fanatic",
                () -> fanctl(host, "up" + FAN).refused(ExitCode.UNDONE, "/var/lib/fanatic", "Read-only file system"));
    }

    // field.md 3, 7
    @Test
    void aReadOnlyDirectoryForTheLockChangesNothing() {
        mounted(
                "ro",
                "/run/fanatic",
                () -> fanctl(host, "up" + FAN).refused(ExitCode.UNDONE, "/run/fanatic", "Read-only file system"));
    }

    // field.md 7
    @Test
    void aConfigurationThatCannotBeWrittenStays() {
        mounted(
                "ro",
                "/etc/network",
                () -> fanctl(host, "config set" + FAN)
                        .refused(ExitCode.FAILED, "/etc/network/fan", "Read-only file system"));
        mounted(
                "nr_inodes=1",
                "/etc/network",
                () -> fanctl(host, "config set" + FAN)
                        .refused(ExitCode.FAILED, "/etc/network/fan", "No space left on device"));
    }

    /** Of every JDK, without the launcher's option: what the JVM may have to say about native access goes elsewhere. */
    // field.md 41
    @Test
    void whatTheJvmSaysDoesNotGetIntoTheJson(@TempDir Path libraries) {
        String command = String.join(" ", JavaProgram.fanctl(libraries, "show --json"));
        ExecResult shown =
                lab.exec(host, List.of("sh", "-c", command + " 2>/dev/null")).orThrow();
        assertThat(JsonParser.parseString(shown.output()).isJsonObject())
                .as(shown.output())
                .isTrue();
    }
}
