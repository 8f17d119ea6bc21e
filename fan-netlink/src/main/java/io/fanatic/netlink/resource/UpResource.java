package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** That a device is up. */
public record UpResource(String link) implements Resource {

    @Override
    public String key() {
        return "up " + link;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setUp(link, true);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setUp(link, false);
    }

    @Override
    public String creating() {
        return "set " + link + " up";
    }

    @Override
    public String deleting() {
        return "set " + link + " down";
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpResource that && link.equals(that.link);
    }

    @Override
    public int hashCode() {
        return link.hashCode();
    }
}
