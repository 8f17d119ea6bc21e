package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * A {@link JavaProgram} with an archive of its classes, as the launcher has one, for tests that start it many times: it makes a third of
 * the system calls, at each of which strace stops it.
 */
final class ArchivedProgram {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    /** One for this JVM, as the test classes that it runs have none in common. */
    private static final Path DIRECTORY = directory();

    private static final String JARS = jars();
    private static final String ARCHIVE = DIRECTORY.resolve("archive").toString();

    private ArchivedProgram() {}

    /**
     * The words of the same program with the archive.
     *
     * @param words of {@link JavaProgram}
     */
    static List<String> of(List<String> words) {
        if (!Files.exists(Path.of(ARCHIVE))) {
            makeArchive(words);
        }
        return with("-XX:SharedArchiveFile=" + ARCHIVE, words);
    }

    private static List<String> with(String option, List<String> words) {
        List<String> archived = new ArrayList<>(words);
        archived.replaceAll(word -> word.equals(CLASS_PATH) ? JARS : word);
        archived.add(archived.indexOf("-cp"), option);
        return archived;
    }

    /** Like scripts/run: a fan comes up and goes down in namespaces of its own. */
    private static void makeArchive(List<String> words) {
        List<String> training = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "--mount",
                "sh",
                "-ec",
                "for each in /run /var/lib; do mount -t tmpfs none $each; mkdir $each/fanatic; done; exec \"$@\"",
                "sh"));
        training.addAll(with("-XX:ArchiveClassesAtExit=" + ARCHIVE, words.subList(0, words.indexOf("-cp") + 2)));
        training.addAll(List.of(CdsTraining.class.getName(), "apart"));
        Path log = DIRECTORY.resolve("log");
        try {
            int exit = new ProcessBuilder(training)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            assertThat(exit).as(Files.readString(log)).isZero();
            assertThat(Path.of(ARCHIVE)).isNotEmptyFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("fanatic-archive");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class path with a jar for each directory, since the JVM archives no classes of directories. */
    private static String jars() {
        List<String> jars = new ArrayList<>();
        for (String entry : CLASS_PATH.split(":", -1)) {
            // Surefire's ends with a colon; what is empty would be the working directory.
            if (entry.isEmpty()) {
                continue;
            }
            Path path = Path.of(entry);
            jars.add(Files.isDirectory(path) ? jar(path, jars.size() + ".jar").toString() : entry);
        }
        return String.join(":", jars);
    }

    private static Path jar(Path classes, String name) {
        Path jar = DIRECTORY.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            out.setLevel(0);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }
}
