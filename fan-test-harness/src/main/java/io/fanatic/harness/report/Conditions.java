package io.fanatic.harness.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What the figures depend on. Without it none of them means anything.
 *
 * @param kernel release of the kernel of the machine that tested
 * @param cpus how many it had
 * @param congestionControl of every TCP connection, such as {@code cubic}
 * @param underlayMtu bytes of the largest packet on the underlay, where known
 * @param overlayMtu bytes of the largest packet inside the fan, where known
 * @param version of fanatic
 */
public record Conditions(
        String kernel,
        int cpus,
        String congestionControl,
        OptionalInt underlayMtu,
        OptionalInt overlayMtu,
        String version) {

    /**
     * {@return the conditions of this process: kernel, CPUs and version; no MTU}
     *
     * @param congestionControl of every TCP connection, such as {@code cubic}
     */
    public static Conditions ofThisMachine(String congestionControl) {
        String version = Conditions.class.getPackage().getImplementationVersion();
        return new Conditions(
                release(),
                Runtime.getRuntime().availableProcessors(),
                congestionControl,
                OptionalInt.empty(),
                OptionalInt.empty(),
                version == null ? "(not packaged)" : version);
    }

    /**
     * {@return the same with known MTUs}
     *
     * @param underlay bytes
     * @param overlay bytes
     */
    public Conditions withMtu(int underlay, int overlay) {
        return new Conditions(
                kernel, cpus, congestionControl, OptionalInt.of(underlay), OptionalInt.of(overlay), version);
    }

    /** As uname -r says it. */
    private static String release() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        } catch (IOException e) {
            return System.getProperty("os.version", "unknown");
        }
    }
}
