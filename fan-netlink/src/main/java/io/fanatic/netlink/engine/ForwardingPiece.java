package io.fanatic.netlink.engine;

import org.jspecify.annotations.Nullable;

/**
 * That the host forwards packets between its devices, and that it was us who switched it on.
 *
 * @param on false when somebody has switched it off again since
 */
record ForwardingPiece(boolean on) implements Piece {

    @Override
    public String key() {
        return "forwarding";
    }

    @Override
    public void create(Kernel kernel) {
        kernel.enableForwarding();
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.restoreForwarding();
    }

    @Override
    public void change(Kernel kernel, Piece from) {
        create(kernel);
    }

    @Override
    public String creating() {
        return "set net.ipv4.ip_forward to 1 (it is 0 now; noted, to be set back by down)";
    }

    @Override
    public String deleting() {
        return "set net.ipv4.ip_forward back to what it was, unless somebody's later bridge needs it";
    }

    @Override
    public String changing(Piece from) {
        return creating();
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForwardingPiece that && on == that.on;
    }

    @Override
    public int hashCode() {
        return Boolean.hashCode(on);
    }
}
