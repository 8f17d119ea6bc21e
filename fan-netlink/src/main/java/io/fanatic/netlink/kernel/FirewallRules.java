package io.fanatic.netlink.kernel;

import static io.fanatic.core.FanException.Reason.CONFLICT;
import static io.fanatic.core.FanException.Reason.UNSUPPORTED;

import io.fanatic.core.FanException;
import io.fanatic.core.IpFamily;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.FirewallException;
import io.fanatic.netlink.firewall.ForeignTableException;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The firewall of {@link LinuxKernel}: our tables of nftables, and iptables' rules. Asks the kernel when it is first used. */
final class FirewallRules implements AutoCloseable {
    private @Nullable Nftables nftables;

    List<NatTable.Entry> nat(IpFamily family) {
        return new NatTable(nftables(), family).read();
    }

    void replaceNat(IpFamily family, List<NatTable.Entry> entries) {
        try {
            new NatTable(nftables(), family).write(entries);
        } catch (FirewallException e) {
            throw String.valueOf(e.getMessage()).contains("not supported")
                    ? known(
                            UNSUPPORTED,
                            "this kernel has no nftables for " + family + " (CONFIG_NF_TABLES_"
                                    + family.name()
                                    + "), which is what translates"
                                    + " the addresses of packets that leave the overlay; try \"modprobe nf_tables\", or do"
                                    + " without: --no-nat",
                            e)
                    : known(e);
        }
    }

    List<PortTable.Entry> ports() {
        return new PortTable(nftables()).read();
    }

    void replacePorts(List<PortTable.Entry> entries) {
        try {
            new PortTable(nftables()).write(entries);
        } catch (FirewallException e) {
            throw e.refusesTheFamily()
                    ? known(
                            UNSUPPORTED,
                            "this kernel has no nftables tables of the family inet (CONFIG_NF_TABLES_INET), which"
                                    + " underlay-only needs; try \"modprobe nf_tables\", or go without",
                            e)
                    : known(e);
        }
    }

    List<ForwardTable.Entry> forwardTable(IpFamily family) {
        return new ForwardTable(nftables(), family).read();
    }

    void replaceForwardTable(IpFamily family, List<ForwardTable.Entry> entries) {
        try {
            new ForwardTable(nftables(), family).write(entries);
        } catch (FirewallException e) {
            throw known(e);
        }
    }

    List<TunnelTable.Entry> tunnelOnly() {
        return TunnelTable.readAll(nftables());
    }

    void replaceTunnelOnly(List<TunnelTable.Entry> entries) {
        try {
            TunnelTable.writeAll(nftables(), entries);
        } catch (FirewallException e) {
            throw known(e);
        }
    }

    /** The rules of this namespace that are not ours. */
    Firewall ofOthers() {
        return Firewall.ofOthers(nftables().runJson("list ruleset"));
    }

    List<Iptables.Forward> forwards() {
        return Iptables.read(nftables().run("list tables ip"));
    }

    /** A table of somebody else in the place of ours is a conflict. */
    private static RuntimeException known(FirewallException e) {
        return e instanceof ForeignTableException ? known(CONFLICT, String.valueOf(e.getMessage()), e) : e;
    }

    private static FanException known(FanException.Reason reason, String sentence, FirewallException cause) {
        return new FanException(reason, sentence, List.of(), cause);
    }

    private Nftables nftables() {
        Nftables open = nftables;
        if (open == null) {
            try {
                open = Nftables.open();
            } catch (FirewallException e) {
                throw known(UNSUPPORTED, String.valueOf(e.getMessage()), e);
            }
            nftables = open;
        }
        return open;
    }

    @Override
    public void close() {
        Nftables open = nftables;
        if (open != null) {
            open.close();
        }
    }
}
