package io.fanatic.harness.lab;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.util.List;

/** A host or a container: something with a name, in which commands run. */
public sealed interface LabNode permits LabHost, LabContainer {

    /** {@return the short name, without the lab's: {@code h1} or {@code h1c1}} */
    String name();

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
}
