package io.fanatic.netlink.kernel;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which kernel this is.
 *
 * @param release as {@code uname -r} prints it
 * @param architecture as Java calls it, such as amd64, aarch64 or s390x
 * @param byteOrder of its CPUs
 */
public record RunningKernel(String release, String architecture, ByteOrder byteOrder) {

    /**
     * {@return the kernel that runs now, by /proc/sys/kernel/osrelease; where that cannot be read, by what Java says}
     */
    public static RunningKernel read() {
        String release;
        try {
            release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        } catch (IOException noProc) {
            release = System.getProperty("os.version", "unknown");
        }
        return new RunningKernel(release, System.getProperty("os.arch", "unknown"), ByteOrder.nativeOrder());
    }

    /** {@return {@code little-endian} or {@code big-endian}} */
    public String byteOrderWord() {
        return byteOrder == ByteOrder.BIG_ENDIAN ? "big-endian" : "little-endian";
    }

    /** {@code Linux 6.12.113 amd64, little-endian}. */
    @Override
    public String toString() {
        return "Linux " + release + " " + architecture + ", " + byteOrderWord();
    }
}
