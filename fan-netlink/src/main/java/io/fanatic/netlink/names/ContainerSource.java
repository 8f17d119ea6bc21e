package io.fanatic.netlink.names;

import java.util.List;

/** Lists the containers of this host that have names: a container engine, or an orchestrator's own list. */
public interface ContainerSource {

    /** {@return who it is, for messages, such as {@code Docker}} */
    String title();

    /**
     * Lists the running containers. Called on a thread of its own, when a query needs it, at most once in two seconds and never twice at
     * the same time; it may block, but a query waits {@link Names#SOURCE_TIMEOUT} only.
     *
     * @return the containers; none where the engine is not installed
     * @throws RuntimeException when the list cannot be had: then a name that no other source has is answered with SERVFAIL
     */
    List<NamedContainer> containers();
}
