package io.fanatic.harness.lab;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
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
     * {@return its address in an IPv6 overlay of its host's fan, as far from the host address as the IPv4 address is}
     *
     * @param overlay of the fan
     * @throws IllegalArgumentException when the overlay does not go with the underlay, see {@link Ipv6Mapping}
     */
    default Ipv6Address ipv6Address(Ipv6Prefix overlay) {
        FanSlice slice = host().slice();
        Ipv6Mapping mapping = new Ipv6Mapping(overlay, slice.mapping().underlay());
        return mapping.hostAddressOf(slice.underlayAddress())
                .plus(address().bits() - slice.hostAddress().bits());
    }

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
     * Waits until something listens on each of these ports, by TCP or UDP; for two minutes at most.
     *
     * @param ports 1 to 65535
     * @throws IllegalStateException when nothing listens on one of them by then
     */
    default void awaitListening(int... ports) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
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
