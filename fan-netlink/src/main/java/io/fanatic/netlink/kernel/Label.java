package io.fanatic.netlink.kernel;

import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Shares;
import io.fanatic.core.Transport;
import io.fanatic.netlink.bpf.ProgramRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ifalias of our bridges and tunnels. It says that the device is ours, and holds what the kernel cannot tell otherwise:
 *
 * <pre>
 *   fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45 dhcp 10.0.0.45,10.0.0.46 underlay-only
 *   fanatic 250.0.0.0/8 10.0.0.0/16 ipip id 10.0.0.45 no-nat no-accept shares 11--
 *   fanatic 250.0.0.0/8 10.0.0.0/16 vni 16384000 port 8472 id 10.0.0.45 no-fast overlay6 fd00:fa::/48
 * </pre>
 *
 * <p>The bridge's tells of DHCP, the tunnel's of underlay-only; a {@linkplain ProgramRecord note} of its programs may follow.
 *
 * @param mapping overlay and underlay
 * @param transport its numbers; the tunnel tells whether it is underlay-only
 * @param identity the underlay address behind the MAC addresses
 * @param dhcp the underlay addresses in whose slices DHCP leases; the bridge tells them
 * @param nat whether what leaves the overlay is translated; the bridge tells it
 * @param accept whether rules are added where iptables drops what it forwards; the bridge tells it
 * @param shares how slices are divided; the bridge tells it, where it is not the default, in its {@linkplain Shares#compact compact form}
 * @param fast whether the fan is to take the fast path where the host allows it; the bridge tells it
 * @param overlay6 the IPv6 overlay; the bridge tells it
 * @param direct whether packets travel without encapsulation on the segment; the bridge tells it
 * @param names whether names of containers are served; the bridge tells it
 * @param encryption how packets between hosts are encrypted; the bridge tells it
 */
public record Label(
        FanMapping mapping,
        Transport transport,
        Ipv4Address identity,
        List<Ipv4Address> dhcp,
        boolean nat,
        boolean accept,
        Shares shares,
        boolean fast,
        Optional<Ipv6Prefix> overlay6,
        Direct direct,
        boolean names,
        Optional<Encryption> encryption) {

    private static final String OURS = "fanatic ";
    private static final String UNDERLAY_ONLY = "underlay-only";
    private static final String NO_NAT = "no-nat";
    private static final String NO_ACCEPT = "no-accept";
    private static final String SHARES = "shares";
    private static final String NO_FAST = "no-fast";
    /** Written by earlier versions, where it was not the default. */
    private static final String FAST = "fast";

    private static final String OVERLAY6 = "overlay6";
    private static final String DIRECT = "direct";
    private static final String DIRECT_ACCEPT = "direct=accept";
    private static final String NAMES = "names";
    private static final String ENCRYPT = "encrypt";
    private static final String ENCRYPT_UDP = "encrypt-udp";

    /** The ifalias of the tunnel that all IPIP fans share; which they are, their bridges tell. */
    public static final String IPIP_TUNNEL = OURS + "ipip";

    /** Copies the list. */
    public Label {
        dhcp = List.copyOf(dhcp);
    }

    /**
     * {@return whether an ifalias was written by us, in this version's form or another's}
     *
     * @param alias any device's
     */
    public static boolean isOurs(String alias) {
        return alias.startsWith(OURS);
    }

    /**
     * Reads an ifalias.
     *
     * @param alias any device's
     * @return what it says; empty when it is not ours or not in a form that this version knows
     */
    public static Optional<Label> parse(String alias) {
        Words words = new Words(ProgramRecord.without(alias).split(" ", -1));
        if (!words.next("fanatic") || words.words.length < 6) {
            return Optional.empty();
        }
        try {
            FanMapping mapping = FanMapping.of(Ipv4Prefix.parse(words.next()), Ipv4Prefix.parse(words.next()));
            Transport transport = words.next("ipip")
                    ? new Transport.Ipip()
                    : new Transport.Vxlan(words.number("vni"), words.number("port"), false);
            words.require("id");
            Ipv4Address identity = Ipv4Address.parse(words.next());
            List<Ipv4Address> dhcp = new ArrayList<>();
            if (words.next("dhcp")) {
                for (String address : words.next().split(",", -1)) {
                    dhcp.add(Ipv4Address.parse(address));
                }
            }
            transport = transport.withUnderlayOnly(words.next(UNDERLAY_ONLY));
            boolean nat = !words.next(NO_NAT);
            boolean accept = !words.next(NO_ACCEPT);
            Shares shares = words.next(SHARES) ? Shares.ofCompact(words.next()) : Shares.DEFAULT;
            boolean fast = words.next(FAST) || !words.next(NO_FAST);
            Optional<Ipv6Prefix> overlay6 =
                    words.next(OVERLAY6) ? Optional.of(Ipv6Prefix.parse(words.next())) : Optional.empty();
            Direct direct = words.next(DIRECT) ? Direct.SEND : words.next(DIRECT_ACCEPT) ? Direct.ACCEPT : Direct.OFF;
            boolean names = words.next(NAMES);
            Optional<Encryption> encryption =
                    words.next(ENCRYPT) ? Optional.of(Encryption.parse(words.next())) : Optional.empty();
            boolean udp = encryption.isPresent() && words.next(ENCRYPT_UDP);
            words.requireEnd();
            // What no fan can have was not written by us.
            overlay6.ifPresent(overlay -> new Ipv6Mapping(overlay, mapping.underlay()));
            return Optional.of(new Label(
                    mapping,
                    transport,
                    identity,
                    dhcp,
                    nat,
                    accept,
                    shares,
                    fast,
                    overlay6,
                    direct,
                    names,
                    encryption.map(how -> how.withUdp(udp))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Words one after the other; what is not as required is an IllegalArgumentException. */
    private static final class Words {
        private final String[] words;
        private int at;

        private Words(String[] words) {
            this.words = words;
        }

        private String next() {
            if (at == words.length) {
                throw new IllegalArgumentException("the mark ends too early");
            }
            return words[at++];
        }

        /** Passes the word over if it is the next one. */
        private boolean next(String word) {
            if (at < words.length && words[at].equals(word)) {
                at++;
                return true;
            }
            return false;
        }

        private void require(String word) {
            if (!next(word)) {
                throw new IllegalArgumentException("the mark lacks " + word);
            }
        }

        private int number(String word) {
            require(word);
            return Integer.parseInt(next());
        }

        private void requireEnd() {
            if (at < words.length) {
                throw new IllegalArgumentException("the mark goes on");
            }
        }
    }

    /** The ifalias; shorter than the kernel's limit of 255 bytes for as many underlay addresses as a fan may have. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(OURS);
        text.append(mapping.overlay()).append(' ').append(mapping.underlay());
        text.append(' ').append(transport.match(new Numbers())).append(" id ").append(identity);
        for (int i = 0; i < dhcp.size(); i++) {
            text.append(i == 0 ? " dhcp " : ",").append(dhcp.get(i));
        }
        append(text, transport.underlayOnly(), UNDERLAY_ONLY);
        append(text, !nat, NO_NAT);
        append(text, !accept, NO_ACCEPT);
        append(text, !shares.equals(Shares.DEFAULT), SHARES + " " + shares.compact());
        append(text, !fast, NO_FAST);
        overlay6.ifPresent(overlay -> append(text, true, OVERLAY6 + " " + overlay));
        append(text, direct == Direct.SEND, DIRECT);
        append(text, direct == Direct.ACCEPT, DIRECT_ACCEPT);
        append(text, names, NAMES);
        encryption.ifPresent(how -> append(text, true, ENCRYPT + " " + how));
        append(text, encryption.filter(Encryption::udp).isPresent(), ENCRYPT_UDP);
        return text.toString();
    }

    /** A transport as {@link #parse} reads it. */
    private static final class Numbers implements Transport.Cases<String> {
        @Override
        public String vxlan(Transport.Vxlan transport) {
            return "vni " + transport.vni() + " port " + transport.port();
        }

        @Override
        public String ipip(Transport.Ipip transport) {
            return "ipip";
        }
    }

    private static void append(StringBuilder text, boolean given, String word) {
        if (given) {
            text.append(' ').append(word);
        }
    }
}
