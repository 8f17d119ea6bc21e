package io.fanatic.cli.container;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import java.util.List;

/** A running container on the fan; destroyed by {@link #close}, which also works from a shutdown hook. */
public interface TestContainer extends AutoCloseable {
    /** What it is called. */
    String NAME = "fanatic-test";

    /** The images that are looked for, in this order, when none is given. */
    List<String> USUAL_IMAGES = List.of("busybox", "alpine", "ubuntu");

    /** As the engine calls it: for Docker the long number that {@code docker run -d} prints, else {@code fanatic-test}. */
    String id();

    /** Its address in the fan. */
    Ipv4Address address();

    /** Its network namespace, for our own probes; so the image needs no tools. */
    Namespace namespace();

    @Override
    void close();
}
