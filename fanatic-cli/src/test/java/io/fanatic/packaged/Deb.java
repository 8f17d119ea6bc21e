package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The package that Maven built, and others made for a test. */
final class Deb {
    private Deb() {}

    /** The one in target. */
    static Path built() {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            List<Path> debs =
                    files.filter(file -> file.toString().endsWith(".deb")).toList();
            assertThat(debs).as("packages in target; mvn package makes one").hasSize(1);
            return debs.get(0).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is built, unpacked into a new directory; control files are in its DEBIAN. */
    static Path unpacked(Path tree) {
        run("dpkg-deb", "--raw-extract", built().toString(), tree.toString());
        return tree;
    }

    /** Version 99.0 of what is built, with what else {@code change} does to its tree. */
    static Path later(Path work, Consumer<Path> change) {
        Path tree = unpacked(work.resolve("next"));
        run(
                "sed",
                "-i",
                "s/^Version: .*/Version: 99.0/",
                tree.resolve("DEBIAN/control").toString());
        change.accept(tree);
        return pack(tree, work.resolve("next.deb"));
    }

    /** Packs a directory with DEBIAN in it. Hardly compressed, to be quick. */
    static Path pack(Path tree, Path to) {
        run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree.toString(), to.toString());
        return to;
    }

    /** A file of a tree to pack; its mode is 755 where it begins like a script. */
    static void put(Path tree, String name, String content) {
        Path file = tree.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(content.startsWith("#!") ? "rwxr-xr-x" : "rw-r--r--"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command says; it must succeed. */
    static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s: %s", String.join(" ", command), output)
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
