package io.fanatic;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.harness.lab.ExecResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserModeLinuxTest {
    private static final UserModeLinux GUEST = UserModeLinux.withMemory("512M");

    @BeforeEach
    void asRoot() {
        assumeTrue(LIBC.geteuid() == 0, "the guest sees the machine's files, so it needs root");
    }

    @Test
    void aCommandRunsOnAnotherKernelAndChangesOnlyWhatIsShared(@TempDir Path shared, @TempDir Path other)
            throws IOException {
        Path theirs = other.resolve("not on the machine");
        ExecResult result = GUEST.sharing(shared)
                .run(
                        "sh",
                        "-c",
                        "uname -r; cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net; [ -t 1 ] && echo terminal; "
                                + "echo \"it's $2\" >\"$1/it's here\"; echo >\"$3\"; echo wrong >&2; exit 7",
                        "sh",
                        shared.toString(),
                        "two  blanks",
                        theirs.toString());
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.output().lines().toList())
                .contains("0", "lo", "wrong")
                .doesNotContain(
                        "terminal",
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        assertThat(shared.resolve("it's here")).hasContent("it's two  blanks\n");
        assertThat(theirs).doesNotExist();
    }

    @Test
    void aGuestThatTakesTooLongIsEndedAsAWhole(@TempDir Path temporary) throws IOException {
        Process process = start(temporary, GUEST.within(Duration.ofSeconds(4)).command("sleep", "4711"));
        assertThat(output(process)).isEqualTo("in-uml: the command was not done after 4 s\n");
        assertThat(process.onExit().join().exitValue()).isEqualTo(124);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void aGuestEndsWithTheScriptThatBootedIt(@TempDir Path temporary) throws IOException {
        Process process = start(temporary, GUEST.command("sh", "-c", "echo booted; exec sleep 4711"));
        assertThat(process.inputReader().readLine()).isEqualTo("booted");
        List<ProcessHandle> family = process.descendants().toList();
        assertThat(family).hasSizeGreaterThan(3);
        process.destroyForcibly();
        assertThat(family).allSatisfy(one -> assertThat(one.onExit()).succeedsWithin(Duration.ofMinutes(1)));
    }

    @Test
    void theCommandMayBeProcessOne(@TempDir Path directory) throws IOException {
        Path script = Files.writeString(
                directory.resolve("init"),
                "echo \"I am $$\"; echo 3 >/run/guest/exit; sleep 0.2; busybox poweroff -f\n");
        ExecResult result = GUEST.asInit().run("sh", script.toString());
        assertThat(result.output()).isEqualTo("I am 1\n");
        assertThat(result.exitCode()).isEqualTo(3);
    }

    @Test
    void aGuestWithADiskFindsItAgainWhenItReboots(@TempDir Path directory) throws IOException {
        Path script = Files.writeString(directory.resolve("init"), """
                cat /mark
                if [ ! -e /mark ]; then
                    echo written >/mark
                    sync
                    exec busybox reboot -f
                fi
                echo 0 >/run/guest/exit
                sleep 0.2
                exec busybox poweroff -f
                """);
        ExecResult result = GUEST.withDisk(directory.resolve("disk")).asInit().run("sh", script.toString());
        assertThat(result.output().lines().toList())
                .containsExactly("cat: /mark: No such file or directory", "written");
        assertThat(result.exitCode()).isZero();
        assertThat(Path.of("/mark")).doesNotExist();
    }

    @Test
    void withoutAGuestItSaysWhatItsKernelSaid() {
        ExecResult tooSmall = UserModeLinux.withMemory("4M").run("true");
        assertThat(tooSmall.output())
                .contains("Too few physical memory")
                .contains("the guest ended without an exit code");
        assertThat(tooSmall.exitCode()).isEqualTo(125);
    }

    /** Before, it took a whole CPU until its time was over, and said nothing. */
    @Test
    void aGuestThatPanicsEndsAtOnceWithWhatItsKernelSaid() {
        ExecResult result = GUEST.asInit().run("sh", "-c", "exit 3");
        assertThat(result.exitCode()).as(result.output()).isEqualTo(125);
        assertThat(result.output())
                .contains("Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300")
                .endsWith("in-uml: the guest ended without an exit code; above is what its kernel said last\n");
    }

    @Test
    void aDeviceForItsInterfaceThatIsNotThereIsNamed() {
        ExecResult result = GUEST.withInterface("nosuch").run("true");
        assertThat(result.output())
                .isEqualTo("in-uml: there is no device nosuch here; make it: ip tuntap add nosuch mode tap\n");
        assertThat(result.exitCode()).isEqualTo(125);
    }

    @Test
    void withoutTheKernelItNamesThePackage(@TempDir Path bin) throws IOException {
        for (String tool : List.of("sh", "dirname", "readlink", "id")) {
            Files.copy(Path.of("/usr/bin", tool), bin.resolve(tool), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Process process =
                start(bin, List.of("env", "PATH=" + bin, GUEST.command().get(0), "true"));
        assertThat(output(process))
                .startsWith("in-uml: linux.uml is missing; install the package user-mode-linux")
                .hasLineCount(1);
        assertThat(process.onExit().join().exitValue()).isEqualTo(125);
    }

    private static Process start(Path temporary, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TMPDIR", temporary.toString());
        return builder.start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
