package io.fanatic.harness.bench;

import java.nio.file.Path;

/**
 * What figures depend on besides what is measured.
 *
 * @param kernel its release, as uname(1) says it
 * @param processor model name, where the kernel knows one
 * @param processors how many this process may use
 * @param cpus the two that work
 * @param congestionControl of every TCP flow
 * @param underlayMtu bytes
 * @param innerMtu bytes, of the fan; the plain VXLAN has 50 less than the underlay
 * @param bridgeNetfilter whether frames on the bridges pass iptables
 * @param java version and name of the JVM
 * @param load how many threads wanted to run when the measurement began, as /proc/loadavg has it for the last minute
 */
public record Conditions(
        String kernel,
        String processor,
        int processors,
        Cpus cpus,
        String congestionControl,
        int underlayMtu,
        int innerMtu,
        boolean bridgeNetfilter,
        String java,
        double load) {

    static Conditions now(Cpus cpus, int underlayMtu, int innerMtu, boolean bridgeNetfilter) {
        return new Conditions(
                System.getProperty("os.version"),
                model(),
                Runtime.getRuntime().availableProcessors(),
                cpus,
                BlockingSockets.CONGESTION,
                underlayMtu,
                innerMtu,
                bridgeNetfilter,
                System.getProperty("java.runtime.version") + " " + System.getProperty("java.vm.name"),
                Double.parseDouble(Cpus.lines(Path.of("/proc/loadavg")).get(0).split(" ")[0]));
    }

    private static String model() {
        return Cpus.lines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }
}
