package io.fanatic.core;

/** Names and numbers that follow from the overlay alone, so that every host of a fan agrees on them. */
public final class FanNames {

    /** Longest interface name: the kernel's IFNAMSIZ of 16 less the closing NUL. */
    public static final int LONGEST_INTERFACE_NAME = 15;

    private FanNames() {}

    /** The bridge: {@code fan-250} for 250.0.0.0/8, {@code fan-250-16} for 250.16.0.0/12. */
    public static String bridge(Cidr overlay) {
        return "fan-" + significant(overlay);
    }

    /** The tunnel device: {@code ftun-250} for 250.0.0.0/8. */
    public static String tunnel(Cidr overlay) {
        return "ftun-" + significant(overlay);
    }

    /** The VXLAN network identifier of Ubuntu's and LXD's fan: the overlay's first 24 bits; 250.0.0.0/8 is 16384000. */
    public static int vni(Cidr overlay) {
        return overlay.network().bits() >>> 8;
    }

    /**
     * The octets that the prefix touches, joined by dashes; three and more are written in hexadecimal, or they would not
     * fit an interface name. Overlays of one host never overlap, so no two share a name.
     */
    private static String significant(Cidr overlay) {
        Ipv4Address network = overlay.network();
        int octets = Math.max(1, (overlay.prefixLength() + 7) / 8);
        StringBuilder text = new StringBuilder(8);
        for (int i = 0; i < octets; i++) {
            int octet = network.octet(i);
            if (octets > 2) {
                text.append(Character.forDigit(octet >> 4, 16)).append(Character.forDigit(octet & 15, 16));
            } else {
                text.append(i == 0 ? "" : "-").append(octet);
            }
        }
        return text.toString();
    }
}
