package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.strongswan.FanConnections;

/** What strongSwan is told of an encrypted fan: the file that records it, and that the daemon has loaded it. */
public record StrongSwanResource(FanConnections connections) implements Resource {

    @Override
    public String key() {
        return "strongswan " + connections.name();
    }

    /** A packet that is decrypted for a tunnel that is gone is answered, with a part of it in clear; so it goes before the tunnel. */
    @Override
    public boolean goesFirst() {
        return true;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.putConnections(connections);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.removeConnections(connections.name());
    }

    @Override
    public String creating() {
        return "have strongSwan encrypt " + connections.name();
    }

    @Override
    public String deleting() {
        return "have strongSwan forget " + connections.name();
    }

    @Override
    public String changing(Resource from) {
        return connections.text().equals(((StrongSwanResource) from).connections.text())
                ? "have strongSwan encrypt " + connections.name() + " again"
                : "have strongSwan encrypt " + connections.name() + " with another key or other addresses";
    }
}
