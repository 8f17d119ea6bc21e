package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.route.BlockPolicy;

/** An IPsec policy of ours that keeps the packets of an encrypted fan from travelling as clear text. */
public record BlockResource(BlockPolicy policy) implements Resource {

    @Override
    public String key() {
        return "clear-text " + policy;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.block(policy);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.unblock(policy);
    }

    @Override
    public String creating() {
        return "block clear text " + policy + " (IPsec policy)";
    }

    @Override
    public String deleting() {
        return "let clear text pass " + policy + " (IPsec policy)";
    }
}
