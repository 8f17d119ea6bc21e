package io.fanatic.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * Unpacks what the jars have of native libraries for this machine's architecture into a directory. The launcher runs it
 * once, before it makes the start-up archive; no person does. Left to themselves jffi, JLine and Netty would each unpack
 * theirs to /tmp in every run, where they cannot be loaded when it is mounted noexec.
 *
 * <p>An architecture for which a jar has none goes without; the library then says so itself when it is needed.
 */
final class NativeLibraries {
    private static final Map<String, String> JFFI_NAMES = Map.of("amd64", "x86_64");
    private static final Map<String, String> JLINE_NAMES = Map.of("amd64", "x86_64", "aarch64", "arm64");
    private static final Map<String, String> NETTY_NAMES = Map.of("amd64", "x86_64", "aarch64", "aarch_64");

    private NativeLibraries() {}

    /** @param args the directory */
    public static void main(String[] args) {
        unpack(Path.of(args[0]), System.getProperty("os.arch"));
    }

    /** @param architecture as Java names it: {@code amd64} */
    static void unpack(Path directory, String architecture) {
        put(directory, "jni/" + JFFI_NAMES.getOrDefault(architecture, architecture) + "-Linux/libjffi-1.2.so");
        put(
                directory,
                "org/jline/nativ/Linux/" + JLINE_NAMES.getOrDefault(architecture, architecture) + "/libjlinenative.so");
        put(
                directory,
                "META-INF/native/libnetty_transport_native_epoll_"
                        + NETTY_NAMES.getOrDefault(architecture, architecture)
                        + ".so");
    }

    /** Renamed into place, since another run may have the old one mapped. */
    private static void put(Path directory, String resource) {
        Path file = directory.resolve(resource.substring(resource.lastIndexOf('/') + 1));
        Path next = directory.resolve(file.getFileName() + ".new");
        try (InputStream content = NativeLibraries.class.getClassLoader().getResourceAsStream(resource)) {
            if (content != null) {
                Files.copy(content, next, StandardCopyOption.REPLACE_EXISTING);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + resource + " to " + directory, e);
        }
    }
}
