package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.bpf.ProgramNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ifalias of our bridges and tunnels. It says that the device is ours, and holds what the kernel cannot tell otherwise:
 *
 * <pre>
 *   fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45 dhcp 10.0.0.45,10.0.0.46 underlay-only
 * </pre>
 *
 * <p>The bridge's tells of DHCP, the tunnel's of underlay-only; a {@linkplain ProgramNote note} of its programs may follow.
 *
 * @param mapping overlay and underlay
 * @param vni VXLAN network identifier
 * @param port UDP port
 * @param identity the underlay address behind the MAC addresses
 * @param dhcp the underlay addresses in whose slices DHCP leases; the bridge tells them
 * @param underlayOnly whether its port takes packets from the underlay only; the tunnel tells it
 */
public record Mark(
        FanMapping mapping, int vni, int port, Ipv4Address identity, List<Ipv4Address> dhcp, boolean underlayOnly) {

    private static final String OURS = "fanatic ";
    private static final String UNDERLAY_ONLY = "underlay-only";

    public Mark {
        dhcp = List.copyOf(dhcp);
    }

    /** Whether an ifalias was written by us, in this version's form or another's. */
    public static boolean isOurs(String alias) {
        return alias.startsWith(OURS);
    }

    /** Reads an ifalias; empty when it is not ours or not in a form that this version knows. */
    public static Optional<Mark> parse(String alias) {
        String[] words = ProgramNote.without(alias).split(" ", -1);
        boolean underlayOnly = words[words.length - 1].equals(UNDERLAY_ONLY);
        int length = words.length - (underlayOnly ? 1 : 0);
        boolean known = (length == 9 || length == 11)
                && words[0].equals("fanatic")
                && words[3].equals("vni")
                && words[5].equals("port")
                && words[7].equals("id")
                && (length == 9 || words[9].equals("dhcp"));
        if (!known) {
            return Optional.empty();
        }
        try {
            List<Ipv4Address> dhcp = new ArrayList<>();
            if (length == 11) {
                for (String address : words[10].split(",", -1)) {
                    dhcp.add(Ipv4Address.parse(address));
                }
            }
            return Optional.of(new Mark(
                    FanMapping.of(Cidr.parse(words[1]), Cidr.parse(words[2])),
                    number(words[4], 0, 0xffffff),
                    number(words[6], 1, 0xffff),
                    Ipv4Address.parse(words[8]),
                    dhcp,
                    underlayOnly));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int number(String word, int least, int most) {
        int number = Integer.parseInt(word);
        if (number < least || number > most) {
            throw new IllegalArgumentException(word + " is not from " + least + " to " + most);
        }
        return number;
    }

    /** The ifalias; shorter than the kernel's limit of 255 bytes for as many underlay addresses as a fan may have. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(OURS);
        text.append(mapping.overlay()).append(' ').append(mapping.underlay());
        text.append(" vni ")
                .append(vni)
                .append(" port ")
                .append(port)
                .append(" id ")
                .append(identity);
        for (int i = 0; i < dhcp.size(); i++) {
            text.append(i == 0 ? " dhcp " : ",").append(dhcp.get(i));
        }
        return text.append(underlayOnly ? " " + UNDERLAY_ONLY : "").toString();
    }
}
