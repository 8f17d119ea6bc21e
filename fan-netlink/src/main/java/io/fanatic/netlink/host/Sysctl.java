package io.fanatic.netlink.host;

import java.io.*;
import java.nio.file.*;

public final class Sysctl {
    private Sysctl() {}

    public static String read(String k) {
        try {
            return Files.readString(path(k)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void write(String k, String v) {
        try {
            Files.writeString(path(k), v);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path path(String k) {
        return Path.of("/proc/sys", k.contains("/") ? k : k.replace('.', '/'));
    }
}
