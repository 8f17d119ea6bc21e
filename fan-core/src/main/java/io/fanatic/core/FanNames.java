package io.fanatic.core;

import java.nio.charset.StandardCharsets;

/** Names and numbers that follow from the overlay alone, so that every host of a fan agrees on them. */
public final class FanNames {

    /** Longest interface name: the kernel's IFNAMSIZ of 16 less the closing NUL. */
    public static final int LONGEST_INTERFACE_NAME = 15;

    /** The tunnel device that all IPIP fans of a host share, named as Ubuntu's. */
    public static final String IPIP_TUNNEL = "ftun0";

    /** What the names of devices begin with while they are made; they are removed when a run was killed meanwhile. */
    public static final String TEMPORARY = "fan-new-";

    private FanNames() {}

    /**
     * {@return the bridge's name: {@code fan-250} for 250.0.0.0/8, {@code fan-250-16} for 250.16.0.0/12}
     *
     * @param overlay the fan's
     */
    public static String bridge(Ipv4Prefix overlay) {
        return "fan-" + significant(overlay);
    }

    /**
     * {@return the tunnel device's name: {@code ftun-250} for 250.0.0.0/8}
     *
     * @param overlay the fan's
     */
    public static String tunnel(Ipv4Prefix overlay) {
        return "ftun-" + significant(overlay);
    }

    /**
     * {@return the name of a kind's tunnel device: one for each VXLAN fan, one for all IPIP fans of a host together}
     *
     * @param type the kind
     * @param overlay the fan's
     */
    public static String tunnel(TunnelType type, Ipv4Prefix overlay) {
        return switch (type) {
            case VXLAN -> tunnel(overlay);
            case IPIP -> IPIP_TUNNEL;
        };
    }

    /**
     * {@return the VXLAN network identifier of Ubuntu's and LXD's fan: the overlay's first 24 bits; 250.0.0.0/8 is
     * 16384000} Two overlays within one /24 get the same number; one of them needs another.
     *
     * @param overlay the fan's
     */
    public static int vni(Ipv4Prefix overlay) {
        return overlay.network().bits() >>> 8;
    }

    /**
     * Checks a name as the kernel does (dev_valid_name in net/core/dev.c): 1 to 15 bytes of UTF-8, not {@code .} or
     * {@code ..}, no slash, no colon, and no white space, to which the kernel counts the byte 0xa0. Two more names are
     * refused to every device with IPv4 (net/ipv4/devinet.c): {@code all} and {@code default}. A percent sign the kernel
     * takes for the place of a number, so that the device gets another name. Control characters and the prefix {@value
     * #TEMPORARY} of devices that are being made are refused besides.
     *
     * @param what what the name is, for the message: {@code "bridge name"}
     * @param name to be checked
     * @throws IllegalArgumentException when no device of ours can have the name, with the reason
     */
    public static void requireInterfaceName(String what, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new IllegalArgumentException(what + " is empty");
        }
        if (bytes.length > LONGEST_INTERFACE_NAME) {
            throw new IllegalArgumentException(what + " " + Text.quote(name) + " has " + bytes.length
                    + " bytes; Linux allows " + LONGEST_INTERFACE_NAME);
        }
        for (byte b : bytes) {
            if (b == '/' || b == ':' || b == 0 || b == (byte) 0xa0 || Text.isSpace((char) b)) {
                throw new IllegalArgumentException(
                        what + " " + Text.quote(name) + " has a character that Linux does not allow in it");
            }
        }
        for (byte b : bytes) {
            if (b == '%' || b >= 0 && b < ' ' || b == 0x7f) {
                throw new IllegalArgumentException(
                        what + " " + Text.quote(name) + " has a percent sign or a control character in it");
            }
        }
        if (name.startsWith(TEMPORARY)) {
            throw new IllegalArgumentException(what + " " + Text.quote(name) + " begins with " + TEMPORARY
                    + ", as devices do that are being made");
        }
        if (name.equals(".") || name.equals("..") || name.equals("all") || name.equals("default")) {
            throw new IllegalArgumentException(what + " " + Text.quote(name) + " is reserved by Linux");
        }
    }

    /**
     * The octets that the prefix touches, joined by dashes; three and more are written in hexadecimal, or they would not
     * fit an interface name. Overlays of one host never overlap, so no two share a name.
     */
    private static String significant(Ipv4Prefix overlay) {
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
