package io.fanatic.netlink.firewall;

/** A table with the name of ours was made by somebody else, and nothing was changed. */
public final class ForeignTableException extends FirewallException {
    private static final long serialVersionUID = 1;

    /** @param table family and name */
    ForeignTableException(String table) {
        super("the nftables table \"" + table
                + "\" was not made by fanatic and is left alone; rename it, or delete it with:" + " nft delete table "
                + table);
    }
}
