package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links, pipes, modes, contents and full or read-only file systems where fanctl reads and writes. */
@FanLab(hosts = 1, containers = 0, fan = false)
class HostileFilesTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final Path CONFIG = Path.of("/etc/network/fan");
    private static final Path LOCK = Path.of("/run/fanatic/lock");
    private static final int RDONLY_REMOUNT = 1 | 32 | 4096; // MS_RDONLY, MS_REMOUNT, MS_BIND
    private static final int MS_BIND = 4096;

    @TempDir
    Path directory;

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;

    @BeforeEach
    void rememberTheHost(Lab lab) {
        this.lab = lab;
        host = lab.hosts().get(0);
        fanctl(host, "down -e").done();
        before = lab.snapshot(host);
    }

    @AfterEach
    void theHostIsAsItWas() {
        fanctl(host, "down -e").done();
        sh("rm -f /etc/network/fan /etc/network/.fan*");
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private String sh(String command) {
        return host.exec("sh", "-c", command).orThrow().output();
    }

    private void unchanged(CliRun run, ExitCode code, String... words) {
        run.refused(code, words);
        assertThat(fanctl(host, "show").done()).doesNotContain("fan-250");
    }

    // TESTING.md F3
    @Test
    void aLockThatIsALinkOrAPipeIsRefusedAndWhatIsBehindItStays() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        sh("cp " + victim + " /run/victim");
        for (String game : List.of("ln -s /run/victim", "ln /run/victim", "mkfifo", "mkdir")) {
            sh("rm -rf " + LOCK + "; " + game + " " + LOCK);
            unchanged(fanctl(host, "up" + FAN), ExitCode.UNDONE, LOCK.toString());
            assertThat(sh("cat /run/victim")).as(game).isEqualTo("precious");
        }
        sh("rm -rf " + LOCK + " /run/victim");
        fanctl(host, "up" + FAN).done();
    }

    @Test
    void aDirectoryThatIsSomebodyElsesLinkIsRefused() {
        sh("rm -rf /run/fanatic; mkdir /run/trap; ln -s /run/trap /run/fanatic; chown -h 65534 /run/fanatic");
        unchanged(fanctl(host, "up" + FAN), ExitCode.UNDONE, "/run/fanatic is a symbolic link of user 65534");
        assertThat(sh("ls /run/trap")).isEmpty();
        sh("rm -rf /run/fanatic /run/trap");
        fanctl(host, "up" + FAN).done();
    }

    @Test
    void aConfigurationThatIsSomebodyElsesLinkIsRefusedAndRootsIsFollowed() {
        sh("echo '# mine' >/run/elsewhere; ln -s /run/elsewhere " + CONFIG + "; chown -h 65534 " + CONFIG);
        fanctl(host, "config set" + FAN).refused(ExitCode.FAILED, "is a symbolic link of user 65534");
        assertThat(sh("cat /run/elsewhere")).isEqualTo("# mine\n");
        sh("chown -h 0 " + CONFIG);
        fanctl(host, "config set" + FAN).done();
        assertThat(sh("cat /run/elsewhere; stat -c %F " + CONFIG)).contains("250.0.0.0/8", "symbolic link");
        sh("rm /run/elsewhere");
    }

    // TESTING.md F8
    @Test
    void whatIsNoConfigurationIsRefusedWithItsPlace() {
        inside(() -> Files.write(
                CONFIG, "250.0.0.0/8 10.0.0.1/16\n250.0.0.0/8\0 10.0.0.1/16\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(fanctl(host, "config list").err())
                .startsWith("fanctl: " + CONFIG + ":2: ")
                .contains("NUL");
        inside(() -> Files.write(CONFIG, new byte[] {'2', '5', '0', (byte) 0xff, (byte) 0xfe, '\n'}));
        assertThat(fanctl(host, "up -a").err()).startsWith("fanctl: " + CONFIG + ":1: ");
        inside(() -> Files.writeString(CONFIG, "250.0.0.0/8 10.0.0.1/16\n250.0.0.0/8 10.0.0.1/16\n"));
        assertThat(fanctl(host, "config list").err())
                .startsWith("fanctl: " + CONFIG + ":2: ")
                .contains("line 1 already");
        inside(() -> Files.writeString(CONFIG, "250.0.0.0/8 10.0.0.1/16 frobnicate\n"));
        assertThat(fanctl(host, "config list").err()).startsWith("fanctl: " + CONFIG + ":1: ");
        sh("truncate -s 100M " + CONFIG);
        unchanged(fanctl(host, "up -a"), ExitCode.FAILED, CONFIG.toString(), "larger than");
        sh("rm " + CONFIG + "; mkfifo " + CONFIG);
        unchanged(fanctl(host, "up -a"), ExitCode.FAILED, "not a regular file");
        sh("rm " + CONFIG);
    }

    @Test
    void whatCannotBeWrittenIsAnErrorAndAReaderThatGoesIsNone() {
        for (String command : List.of("show", "show --json", "--help")) {
            ExecResult full = program("exec \"$@\" >/dev/full", command);
            assertThat(full.exitCode()).as(command).isEqualTo(ExitCode.FAILED.status());
            assertThat(full.output().strip())
                    .as(command)
                    .isEqualTo("fanctl: cannot write to standard output: No space left on device");
            ExecResult gone = program("\"$@\" | true", command);
            assertThat(gone.output()).as(command).isEmpty();
        }
        ExecResult refused = program("exec \"$@\" >/dev/full", "up -u 10.0.0.99/16 -o 250.0.0.0/8");
        assertThat(refused.exitCode()).as(refused.output()).isEqualTo(ExitCode.USAGE.status());
    }

    @Test
    void noControlCharacterOfAFileOrADeviceReachesTheTerminal() {
        String clear = "\033[2J";
        lab.exec(host, List.of("ip", "link", "add", "a" + clear + "b", "type", "bridge"))
                .orThrow();
        try {
            host.namespace().call(() -> Files.writeString(CONFIG, "250.0.0.0/8 10.0.0.1/16 x" + clear + "\n"));
            for (String command : List.of("up -u eth7/16 -o 250.0.0.0/8", "config list", "up -a", "show " + clear)) {
                String output = program("exec \"$@\" 2>&1", command).output();
                assertThat(output).as(command).contains("\\u001b[2J").doesNotContain("\033");
            }
        } finally {
            lab.exec(host, List.of("ip", "link", "del", "a" + clear + "b")).orThrow();
            sh("rm " + CONFIG);
        }
    }

    private ExecResult program(String script, String command) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        words.addAll(JavaProgram.fanctl(directory, command));
        return host.exec(words.toArray(String[]::new));
    }

    @Test
    void modesAreTheSameWhateverTheUmask() {
        for (String umask : List.of("000", "077")) {
            sh("rm -rf /run/fanatic /var/lib/fanatic/* /etc/network/fan");
            for (String command : List.of("config set" + FAN + " --dhcp", "up -a")) {
                List<String> words = new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
                words.addAll(JavaProgram.fanctl(directory, command));
                ExecResult result = host.exec(words.toArray(String[]::new));
                assertThat(result.exitCode()).as(result.output()).isZero();
            }
            String modes = sh("stat -c '%a %n' " + CONFIG
                    + " /run/fanatic /run/fanatic/dnsmasq-fan-250*.conf /var/lib/fanatic /var/lib/fanatic/journal");
            assertThat(modes.replaceAll("250:\\d+", "250").lines())
                    .as("umask " + umask)
                    .containsExactly(
                            "644 " + CONFIG,
                            "755 /run/fanatic",
                            "644 /run/fanatic/dnsmasq-fan-250.conf",
                            "755 /var/lib/fanatic",
                            "644 /var/lib/fanatic/journal");
            assertThat(sh("stat -c %a " + LOCK).strip()).isIn("644", "600");
            fanctl(host, "down -e").done();
        }
    }

    // TESTING.md F7
    @Test
    void readOnlyDirectoriesAreASentenceAndNothingIsLeft() {
        for (String place : List.of("/run", "/var/lib/fanatic")) {
            sh("mkdir -p /run/fanatic");
            readOnly(place, true);
            unchanged(fanctl(host, "up" + FAN), ExitCode.UNDONE, place);
            readOnly(place, false);
            fanctl(host, "up" + FAN + " --dhcp").done();
            readOnly(place, true);
            fanctl(host, "down" + FAN).refused(ExitCode.UNDONE, place);
            assertThat(fanctl(host, "show").done()).contains("fan-250");
            readOnly(place, false);
            fanctl(host, "down" + FAN).done();
        }
        readOnly("/etc/network", true);
        fanctl(host, "config set" + FAN).refused(ExitCode.FAILED, CONFIG.toString(), "Read-only");
        readOnly("/etc/network", false);
        fanctl(host, "config set" + FAN).done();
    }

    // TESTING.md F7
    @Test
    void fullDirectoriesAreASentenceAndNothingIsLeft() {
        for (String place : List.of("/run/fanatic", "/var/lib/fanatic", "/etc/network")) {
            sh("mkdir -p " + place);
            inside(() -> check("mount", LIBC.mount("full", place, "tmpfs", 0, "size=64k,mode=755")));
            sh("head -c 1M /dev/zero >" + place + "/filler 2>/dev/null || :");
            if (place.equals("/etc/network")) {
                fanctl(host, "config set" + FAN).refused(ExitCode.FAILED, CONFIG.toString(), "No space");
                assertThat(sh("ls -A " + place)).isEqualTo("filler\n");
                sh("rm " + place + "/filler");
                fanctl(host, "config set" + FAN).done();
            } else {
                unchanged(fanctl(host, "up" + FAN), ExitCode.UNDONE, place, "No space");
                sh("rm " + place + "/filler");
                fanctl(host, "up" + FAN + " --dhcp").done();
                fanctl(host, "down" + FAN).done();
            }
            inside(() -> check("unmount", LIBC.umount2(place, 0)));
        }
    }

    @Test
    void theFileThatHasNoRoomIsTheOneThatIsNamed() {
        sh("mkdir -p /var/lib/fanatic");
        inside(() -> check("mount", LIBC.mount("full", "/var/lib/fanatic", "tmpfs", 0, "size=64k,mode=755")));
        sh("head -c 1M /dev/zero >/var/lib/fanatic/filler 2>/dev/null || :");
        CliRun.fanatic(host, "enable-fan" + FAN)
                .refused(ExitCode.UNDONE, "cannot write /var/lib/fanatic/", "No space left on device");
        inside(() -> check("unmount", LIBC.umount2("/var/lib/fanatic", 0)));
    }

    /** Taking away needs no room: whoever has filled the disk gets rid of the fan all the same. */
    // TESTING.md F7
    @Test
    void downSucceedsOnAFullDisk() {
        sh("mkdir -p /run/fanatic /var/lib/fanatic");
        for (String place : List.of("/run/fanatic", "/var/lib/fanatic")) {
            inside(() -> check("mount", LIBC.mount("full", place, "tmpfs", 0, "size=64k,mode=755")));
            fanctl(host, "up" + FAN + " --dhcp").done();
            sh("head -c 1M /dev/zero >" + place + "/filler 2>/dev/null || :");
            assertThat(sh("head -c 1 /dev/zero 2>&1 >" + place + "/more || :"))
                    .as("full")
                    .contains("No space");
            sh("rm -f " + place + "/more");
            fanctl(host, "down" + FAN).done();
            assertThat(fanctl(host, "show").done()).doesNotContain("fan-250");
            inside(() -> check("unmount", LIBC.umount2(place, 0)));
        }
    }

    private void readOnly(String place, boolean on) {
        inside(() -> {
            if (on) {
                check("bind", LIBC.mount(place, place, null, MS_BIND, null));
                return check("remount", LIBC.mount(null, place, null, RDONLY_REMOUNT, null));
            }
            return check("unmount", LIBC.umount2(place, 2));
        });
    }

    private <T> T inside(Callable<T> work) {
        return host.namespace().call(work);
    }
}
