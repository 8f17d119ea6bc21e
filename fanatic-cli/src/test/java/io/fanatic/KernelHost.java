package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.Lab;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One more host on a lab's switch, with a kernel of its own: a guest, in which {@link KernelHostProgram} runs from this JVM's class
 * path. It has the lab's first fan, and one container.
 */
final class KernelHost implements AutoCloseable {
    private static final String READY = "ready ";
    /** Until the slowest of the others has booted, and all have been tried. */
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final Lab lab;
    private final int number;
    private final FanSlice slice;
    private final Process process;

    /**
     * Begins to boot it.
     *
     * @param number counted on from the lab's own hosts; its address follows from it
     * @param qemu options of scripts/in-qemu; none: user-mode Linux
     * @param flags of its fan
     */
    KernelHost(Lab lab, int number, Optional<List<String>> qemu, List<String> flags)
            throws IOException, InterruptedException {
        this.lab = lab;
        this.number = number;
        slice = lab.spec().slice(number);
        String tap = "g" + number;
        plug(tap);
        // A guest ends with this JVM, whatever ends that.
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "TERM"));
        if (qemu.isPresent()) {
            words.add(UserModeLinux.SCRIPTS.resolve("in-qemu").toString());
            words.addAll(qemu.get());
            words.addAll(List.of("-n", tap, "--"));
            words.addAll(program(flags));
        } else {
            UserModeLinux uml = UserModeLinux.withMemory("1G").within(LONGEST).withInterface(tap);
            words.addAll(uml.command(program(flags).toArray(String[]::new)));
        }
        ProcessBuilder guest =
                outside(words).redirectInput(new File("/dev/null")).redirectErrorStream(true);
        guest.environment().keySet().removeAll(List.of("JAVA", "JAVA_HOME"));
        if (!words.contains("-r")) {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            guest.environment().put("JAVA", java.toString());
        }
        process = guest.start();
    }

    private void plug(String tap) throws IOException, InterruptedException {
        for (String command : List.of("tuntap add " + tap + " mode tap", "link set " + tap + " master underlay up")) {
            List<String> words = List.of(("ip " + command).split(" "));
            assertThat(outside(words).inheritIO().start().waitFor()).as(command).isZero();
        }
    }

    /** Guests with files of their own have a Java of their own. */
    private List<String> program(List<String> flags) {
        List<String> words = new ArrayList<>(List.of(
                "sh",
                "-c",
                "exec \"${JAVA:-$(ls -d /usr/lib/jvm/*/bin/java | head -n 1)}\" \"$@\"",
                "sh",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                KernelHostProgram.class.getName(),
                slice.mapping().overlay().toString(),
                slice.underlayAddress() + "/" + slice.mapping().underlay().prefixLength()));
        words.addAll(flags);
        return words;
    }

    /** Where the switch is. */
    private ProcessBuilder outside(List<String> command) {
        return new ProcessBuilder(lab.outside().command(command));
    }

    /** Waits until its fan is up; tells its kernel. */
    String awaitReady() throws IOException {
        List<String> said = new ArrayList<>();
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return line.substring(READY.length());
            }
            said.add(line);
        }
        throw new AssertionError("the guest ended: " + String.join("\n", said));
    }

    int number() {
        return number;
    }

    Ipv4Address address() {
        return slice.hostAddress();
    }

    Ipv4Address containerAddress() {
        return slice.firstContainerAddress();
    }

    /** As {@link KernelHostProgram#reach}, from the host. */
    String reachFromHost(Ipv4Address to) throws IOException {
        return ask("host " + to);
    }

    /** As {@link KernelHostProgram#reach}, from the container. */
    String reachFromContainer(Ipv4Address to) throws IOException {
        return ask("container " + to);
    }

    /** Takes the fan down and ends the guest; tells what is not as it was before. */
    String down() throws IOException, InterruptedException {
        String left = ask("down");
        List<String> said = process.inputReader().lines().toList();
        assertThat(process.waitFor()).as("the guest said " + said).isZero();
        return left;
    }

    /** A guest that ends meanwhile, by a panic say, ends the wait for its answer. */
    private String ask(String request) throws IOException {
        try (Socket socket = lab.outside()
                        .call(() -> new Socket(slice.underlayAddress().toString(), KernelHostProgram.PORT));
                BufferedReader answer =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            process.onExit().thenRun(() -> shutDown(socket));
            socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
            return Optional.ofNullable(answer.readLine()).orElse("the guest does not answer");
        }
    }

    private static void shutDown(Socket socket) {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            // Closed already: nobody waits.
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
