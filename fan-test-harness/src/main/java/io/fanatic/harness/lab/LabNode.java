package io.fanatic.harness.lab;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A host or a container: something with a name, in which commands run. */
public sealed interface LabNode permits LabHost, LabContainer {

    /** {@return the short name, without the lab's: {@code h1} or {@code h1c1}} */
    String name();

    /** {@return the host that it is, or is on} */
    LabHost host();

    /** {@return the network namespace that it is} */
    Namespace namespace();

    /** {@return the node's address in the overlay} */
    Ipv4Address address();

    /**
     * Runs a command inside, without input, and waits for it.
     *
     * @param command program and arguments
     * @return exit code and output
     */
    default ExecResult exec(String... command) {
        return Exec.run(namespace(), List.of(command));
    }

    /**
     * Waits until something listens on each of these ports, by TCP or UDP; for 20 s at most.
     *
     * @param ports 1 to 65535
     * @throws IllegalStateException when nothing listens on one of them by then
     */
    default void awaitListening(int... ports) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        List<Integer> missing = Arrays.stream(ports).boxed().toList();
        while (!missing.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing listens on port " + missing.get(0) + " of " + name());
            }
            String listening = exec("ss", "-Hltun").orThrow().output();
            missing = missing.stream()
                    .filter(port -> !listening.contains(":" + port + " "))
                    .toList();
        }
    }
}
