package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;
import java.util.List;

/**
 * A running container with its names and addresses. A name that is not made of labels of 1 to 63 letters, digits, hyphens and
 * underscores, with dots between, is not served; an address that is in no slice of this host is left out.
 *
 * @param name its own name, which its addresses lead back to
 * @param aliases further names, such as that of its Compose service; several containers may share one
 * @param addresses those that it has, on whatever networks, of both families
 */
public record NamedContainer(String name, List<String> aliases, List<IpAddress> addresses) {
    /** Copies the lists. */
    public NamedContainer {
        aliases = List.copyOf(aliases);
        addresses = List.copyOf(addresses);
    }
}
