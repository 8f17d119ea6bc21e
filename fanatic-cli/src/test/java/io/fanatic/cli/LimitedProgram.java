package io.fanatic.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Our programs as processes that have some capabilities(7) and no other, by setpriv(1) of util-linux. */
final class LimitedProgram {
    /** Who has no file and no right of his own: nobody. */
    static final int NOBODY = 65534;

    private final Path directory;
    private final String classPath;

    /** @param directory for a copy of the class path that every user can read, which the build's directory may not be */
    LimitedProgram(Path directory) {
        this.directory = directory;
        try {
            open(directory);
            List<String> copies = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                Path from = Path.of(entry);
                if (Files.exists(from)) {
                    copies.add(copy(from, directory.resolve(copies.size() + "-" + from.getFileName()))
                            .toString());
                }
            }
            classPath = String.join(File.pathSeparator, copies);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                open(copy);
            }
        }
        return to;
    }

    private static void open(Path file) throws IOException {
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
    }

    /** Run once by root, so that jffi has unpacked its library for all. */
    List<String> asRoot(Class<?> program, String commandLine) {
        return java(List.of(), program, commandLine);
    }

    /**
     * Root by its number, with these capabilities.
     *
     * @param capabilities such as {@code net_admin,bpf}
     */
    List<String> asRootWith(String capabilities, Class<?> program, String commandLine) {
        return java(
                List.of(
                        "setpriv",
                        "--bounding-set",
                        "-all" + plus(capabilities),
                        "--inh-caps",
                        "-all",
                        "--ambient-caps",
                        "-all"),
                program,
                commandLine);
    }

    /** Nobody, with these capabilities or none. */
    List<String> asNobodyWith(String capabilities, Class<?> program, String commandLine) {
        String all = "-all" + plus(capabilities);
        String number = Integer.toString(NOBODY);
        return java(
                List.of(
                        "setpriv",
                        "--reuid",
                        number,
                        "--regid",
                        number,
                        "--clear-groups",
                        "--bounding-set",
                        all,
                        "--inh-caps",
                        all,
                        "--ambient-caps",
                        all),
                program,
                commandLine);
    }

    private static String plus(String capabilities) {
        return capabilities.isEmpty() ? "" : ",+" + capabilities.replace(",", ",+");
    }

    private List<String> java(List<String> before, Class<?> program, String commandLine) {
        List<String> words = new ArrayList<>(before);
        words.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Djnr.ffi.asm.enabled=false",
                "-Djffi.extract.dir=" + directory,
                "-Djffi.extract.name=libjffi.so",
                "-cp",
                classPath,
                program.getName()));
        words.addAll(List.of(commandLine.split(" ")));
        return words;
    }
}
