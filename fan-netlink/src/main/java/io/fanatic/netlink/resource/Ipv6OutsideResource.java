package io.fanatic.netlink.resource;

import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/** That IPv6 leaves the overlays, masqueraded, and answers come back. It goes while the label of a fan still tells that it is there. */
public record Ipv6OutsideResource(Ipv6Outside outside) implements Resource {

    @Override
    public String key() {
        return "ipv6-outside";
    }

    @Override
    public boolean goesFirst() {
        return true;
    }

    @Override
    public void create(Kernel kernel) {
        kernel.setIpv6Outside(outside);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.setIpv6Outside(Ipv6Outside.NONE);
    }

    @Override
    public String creating() {
        return "create nftables table ip6 fanatic: masquerade " + Text.join(", ", outside.nat()) + forwarding();
    }

    private String forwarding() {
        String closed = outside.closed().isEmpty()
                ? ""
                : "; nftables table ip6 fanatic-forward: " + Text.join(", ", outside.closed());
        return outside.bridges().isEmpty()
                ? ""
                : "; forward IPv6 that comes in by " + Text.join(", ", outside.bridges())
                        + (outside.devices().isEmpty() ? "" : ", " + Text.join(", ", outside.devices()))
                        + " (noted, to be set back by down)" + closed;
    }

    @Override
    public String deleting() {
        return "delete nftables table ip6 fanatic, and stop forwarding IPv6";
    }

    @Override
    public String changing(Resource from) {
        return "replace nftables table ip6 fanatic: masquerade " + Text.join(", ", outside.nat()) + forwarding();
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6OutsideResource that && outside.equals(that.outside);
    }

    @Override
    public int hashCode() {
        return outside.hashCode();
    }
}
