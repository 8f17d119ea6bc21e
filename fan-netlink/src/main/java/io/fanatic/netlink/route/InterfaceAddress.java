package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;

/**
 * An address of an interface, of either family.
 *
 * @param index the interface
 * @param address the host's own address
 * @param prefixLength of the network that the interface reaches directly, 0 to 32 or 128
 * @param peer the other end's address on a point-to-point link; the same as {@code address} elsewhere
 * @param scope RT_SCOPE_* of linux/rtnetlink.h: 0 global, 253 link, 254 host
 * @param flags IFA_F_* of linux/if_addr.h
 * @param protocol who made it (IFA_PROTO), 0 when nobody said; kernels before 5.18 do not keep it
 * @param label the name that ifconfig(8) shows; usually the interface's
 */
public record InterfaceAddress(
        int index,
        IpAddress address,
        int prefixLength,
        IpAddress peer,
        int scope,
        int flags,
        int protocol,
        String label) {
    /** Made by the kernel after a router advertisement (IFAPROT_KERNEL_RA of linux/if_addr.h). */
    public static final int PROTOCOL_KERNEL_RA = 2;

    private static final int IFA_F_SECONDARY = 0x01;
    private static final int IFA_F_NODAD = 0x02;
    private static final int IFA_F_TENTATIVE = 0x40;
    private static final int IFA_F_PERMANENT = 0x80;

    /** An address as it is added: global, no flags. */
    public static InterfaceAddress of(int index, IpAddress address, int prefixLength, int protocol) {
        return new InterfaceAddress(index, address, prefixLength, address, 0, 0, protocol, "");
    }

    /** The same, of IPv6, as an address that is used at once, without asking on the link whether somebody has it. */
    public InterfaceAddress withoutDuplicateDetection() {
        return new InterfaceAddress(index, address, prefixLength, peer, scope, flags | IFA_F_NODAD, protocol, label);
    }

    /** The address of what {@link Addresses#list()} lists. */
    public Ipv4Address ipv4() {
        return (Ipv4Address) address;
    }

    /** Whether another address of the same network was there first; it goes when that one goes (promote_secondaries). */
    public boolean secondary() {
        return (flags & IFA_F_SECONDARY) != 0;
    }

    /** Whether the kernel still asks on the link whether somebody has it, and does not use it yet; of IPv6 only. */
    public boolean tentative() {
        return (flags & IFA_F_TENTATIVE) != 0;
    }

    /** Whether it stays until deleted; DHCP clients set addresses that expire. */
    public boolean permanent() {
        return (flags & IFA_F_PERMANENT) != 0;
    }
}
