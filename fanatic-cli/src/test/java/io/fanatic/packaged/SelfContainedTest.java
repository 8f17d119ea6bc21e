package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.ServeRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tarball with a Java runtime of its own, on a host whose files are busybox, flock(1) and glibc. */
@Tag("packaged")
@FanLab(hosts = 2, containers = 0, fan = false)
class SelfContainedTest {
    private static final String WHERE = "opt/some where";
    private static final String BIN = "/" + WHERE + "/fanatic-1.2.3/bin/";

    @Test
    void aHostWithoutJavaBringsAFanUpAndTestsIt(Lab lab, @TempDir Path work) throws Exception {
        Path archive = work.resolve("fanatic.tar.gz");
        Deb.run(
                "env",
                "SOURCE_DATE_EPOCH=1700000000",
                "../scripts/tarball",
                "-r",
                "target/root",
                "1.2.3",
                "" + archive);
        System.out.println("number: size of the self-contained tarball: " + Files.size(archive) + " bytes");
        Path root = minimalRoot(work);
        Path unpacked = Files.createDirectories(root.resolve(WHERE));
        Deb.run("tar", "-C", "" + unpacked, "-xf", "" + archive);
        Path runtime = unpacked.resolve("fanatic-1.2.3/runtime");
        copyGlibc(root);
        Deb.run("../scripts/runtime", "" + work.resolve("again"));
        Deb.run("diff", "-r", "" + runtime, "" + work.resolve("again"));

        LabHost first = lab.hosts().get(0);
        LabHost second = lab.hosts().get(1);
        assertThat(inside(first, root, "fanctl", "up", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8"))
                .startsWith("fan-250 is up");
        assertThat(runtime.resolveSibling("lib")).isDirectoryContaining("glob:**.archive");
        assertThat(runtime.resolve("lib/server/classes.jsa")).isNotEmptyFile();
        assertThat(inside(first, root, "env", "JAVA_TOOL_OPTIONS=-Xshare:on", BIN + "fanctl", "--version"))
                .as("with the start-up archive, or not at all")
                .contains("fanctl ");
        assertThat(first.exec("nft", "list", "tables").orThrow().output())
                .as("by its own libnftables")
                .contains("table ip fan");

        FanControl.embedded().up(second);
        try (ServeRun serving = ServeRun.start(second)) {
            assertThat(inside(first, root, "fanatic", "test", "host", "10.0.0.2", "-t", "0.3", "-C", "reno"))
                    .contains("checksum equal")
                    .endsWith("1 of 1 host passed.\n");
            assertThat(inside(first, root, "fanctl", "down", "--everything")).isEqualTo("every fan is down\n");
            assertThat(serving.end().exitCode()).isEqualTo(ExitCode.DONE);
        }
    }

    private static Path minimalRoot(Path work) throws Exception {
        Path root = work.resolve("root");
        for (String directory : List.of("proc", "sys", "dev", "tmp", "run", "var/lib", "usr/bin", "opt", "etc")) {
            Files.createDirectories(root.resolve(directory));
        }
        Path busybox = root.resolve("usr/bin/busybox");
        Deb.run("sh", "-c", "cp \"$(command -v busybox)\" \"$0\"", "" + busybox);
        for (String applet : Deb.run("" + busybox, "--list").lines().toList()) {
            if (!applet.equals("busybox")) {
                Files.createSymbolicLink(busybox.resolveSibling(applet), Path.of("busybox"));
            }
        }
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Deb.run("sh", "-c", "install \"$(command -v flock)\" \"$0\"", "" + root.resolve("usr/bin/flock"));
        return root;
    }

    /** The loader, and what it takes from where distributions have it. */
    private static void copyGlibc(Path root) throws Exception {
        List<String> files = new ArrayList<>(
                List.of("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib64/ld64.so.1"));
        for (String name : List.of("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1")) {
            Collections.addAll(
                    files,
                    Deb.run("sh", "-c", "ldconfig -p | sed -n 's/.*" + name + " .*=> //p'")
                            .split("\n"));
        }
        for (String file : files) {
            if (Files.exists(Path.of(file))) {
                Deb.run("install", "-D", file, "" + root.resolve(file.substring(1)));
            }
        }
    }

    private static String inside(LabHost host, Path root, String program, String... words) {
        List<String> line = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
        line.add("for of in proc sys dev; do mount --rbind /$of \"$0/$of\"; done; exec chroot \"$0\" \"$@\"");
        line.add(root.toString());
        line.add(program.equals("env") ? program : BIN + program);
        Collections.addAll(line, words);
        return host.exec(line.toArray(String[]::new)).orThrow().output();
    }
}
