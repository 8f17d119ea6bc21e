package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names that lead from addresses back to names: a label for each octet (RFC 1035, 3.5) or each four bits (RFC 3596, 2.5), the last first. */
enum ReverseTree {
    IPV4(IpFamily.IPV4, 8, 10, ".in-addr.arpa"),
    IPV6(IpFamily.IPV6, 4, 16, ".ip6.arpa");

    private static final int MAX_DIGITS = 3;

    private final int labels;
    private final int bits;
    private final int radix;
    private final String suffix;

    ReverseTree(IpFamily family, int bits, int radix, String suffix) {
        labels = family.bits() / bits;
        this.bits = bits;
        this.radix = radix;
        this.suffix = suffix;
    }

    static ReverseTree of(IpFamily family) {
        return family == IpFamily.IPV4 ? IPV4 : IPV6;
    }

    /** {@return the name of an address: {@code 5.2.0.250.in-addr.arpa}} */
    static String name(IpAddress address) {
        ReverseTree tree = of(address.family());
        return tree.name(tree.values(address), tree.labels);
    }

    /** {@return the zones that hold a network and nothing else: {@code 250.in-addr.arpa}; several where its prefix ends inside a label} */
    List<String> zones(Prefix network) {
        int count = Math.max(1, (network.prefixLength() + bits - 1) / bits);
        int[] values = values(network.network());
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1 << count * bits - network.prefixLength(); i++) {
            names.add(name(values, count));
            values[count - 1]++;
        }
        return names;
    }

    /** {@return what a name in small letters means in this network; empty when it is not of it alone} */
    Optional<Target> target(FanZone zone, Prefix network, String name) {
        if (!name.endsWith(suffix)) {
            return Optional.empty();
        }
        String[] texts = name.substring(0, name.length() - suffix.length()).split("\\.", -1);
        int[] values = new int[labels];
        int known = 0;
        for (int i = texts.length - 1; i >= 0 && known < labels; i--) {
            int value = value(texts[i]);
            if (value < 0) {
                break;
            }
            values[known++] = value;
        }
        IpAddress first = address(values);
        if (known == 0 || bits * known < network.prefixLength() || !network.contains(first)) {
            return Optional.empty();
        }
        if (texts.length > known) {
            return Optional.of(new Target.Nowhere(zone));
        }
        return Optional.of(known == labels ? new Target.Address(zone, first) : new Target.Above(zone));
    }

    private int[] values(IpAddress address) {
        byte[] octets = address.octets();
        int[] values = new int[labels];
        for (int i = 0; i < labels; i++) {
            int bit = i * bits;
            values[i] = octets[bit / 8] >> 8 - bits - bit % 8 & (1 << bits) - 1;
        }
        return values;
    }

    private IpAddress address(int[] values) {
        byte[] octets = new byte[labels * bits / 8];
        for (int i = 0; i < labels; i++) {
            int bit = i * bits;
            octets[bit / 8] |= (byte) (values[i] << 8 - bits - bit % 8);
        }
        return IpAddress.ofOctets(octets);
    }

    private String name(int[] values, int count) {
        StringBuilder name = new StringBuilder();
        for (int i = count - 1; i >= 0; i--) {
            name.append(Integer.toString(values[i], radix)).append(i == 0 ? "" : ".");
        }
        return name + suffix;
    }

    /** The value of a label; -1 where it is none, or not written as we do. */
    private int value(String label) {
        if (label.isEmpty() || label.length() > MAX_DIGITS || label.length() > 1 && label.charAt(0) == '0') {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = radix * value + digit;
        }
        return value < 1 << bits ? value : -1;
    }
}
