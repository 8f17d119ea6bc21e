package io.fanatic.netlink;

import static io.fanatic.netlink.host.FreshNamespace.shIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.host.FreshNamespace;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two programs with eight threads each that use the library in four namespaces at once. */
class ThreadsAndNamespacesTest {
    private static final int NAMESPACES = 4;
    private static final int TIMES = 20;

    @RegisterExtension
    final FreshNamespace fresh = new FreshNamespace();

    @TempDir
    Path directory;

    // TESTING.md F3
    @Test
    void noFalseFindingNoLostLockAndNoProcessIsLeft() throws Exception {
        List<Namespace> namespaces = new ArrayList<>(List.of(fresh.namespace()));
        while (namespaces.size() < NAMESPACES) {
            namespaces.add(fresh.another());
        }
        List<HostSnapshot> before = new ArrayList<>();
        for (Namespace namespace : namespaces) {
            shIn(namespace, "ip link set lo up");
            shIn(namespace, "ip link add u0 type veth peer name u1");
            shIn(namespace, "ip addr add 10.0.0.1/16 dev u0");
            shIn(namespace, "ip link set u0 up");
            shIn(namespace, "ip link set u1 up");
            before.add(namespace.call(HostSnapshot::take));
        }
        List<String> names = namespaces.stream()
                .map(namespace -> namespace.network().getFileName().toString())
                .toList();
        for (String name : names) {
            FlappingFans.network(directory, name).up(FlappingFans.STABLE);
        }

        Process other = otherProgram("252.0.0.0/8 10.0.0.0/16", names);
        FlappingFans here = new FlappingFans(
                directory, FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.0/16", "port", "9999", "dhcp")));
        here.run(TIMES, names);

        List<String> report = new ArrayList<>(here.report());
        String there = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(there).isZero();
        report.addAll(there.lines().toList());
        List<String> looks =
                report.stream().filter(line -> line.startsWith("looks: ")).toList();
        assertThat(report).as("what was said and is not so").isEqualTo(looks);
        assertThat(looks).hasSize(2).doesNotContain("looks: 0");
        System.out.println("number: looks at a fan while others of its host change, in two programs: " + looks);

        for (int i = 0; i < NAMESPACES; i++) {
            FanNetwork network = FlappingFans.network(directory, names.get(i));
            assertThat(network.list()).hasSize(1);
            network.down(FlappingFans.STABLE);
            assertThat(before.get(i).changesTo(namespaces.get(i).call(HostSnapshot::take)))
                    .as(names.get(i))
                    .isEmpty();
            HostLock.take(directory.resolve(names.get(i) + ".run"), Duration.ZERO)
                    .close();
        }
        assertThat(processes()).map(ThreadsAndNamespacesTest::commandLine).isEmpty();
    }

    /** The other program and DHCP servers, when the test failed half way. */
    @AfterEach
    void endWhatIsLeft() {
        processes().forEach(ProcessHandle::destroyForcibly);
    }

    private Process otherProgram(String flapping, List<String> namespaces) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FlappingFans.class.getName(),
                directory.toString(),
                flapping,
                Integer.toString(TIMES)));
        words.addAll(namespaces);
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    /** The processes whose command line names our directory: DHCP servers, and the other program. */
    private List<ProcessHandle> processes() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> commandLine(process).contains(directory.toString()))
                    .toList();
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
