package io.fanatic.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A 48-bit Ethernet address.
 *
 * @param bits the low 48 bits, first octet on the wire most significant
 */
public record MacAddress(long bits) {

    private static final long BRIDGE = 0x02;
    private static final long TUNNEL = 0x06;
    private static final long ROUTER = 0x0a;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when there are more than 48 bits
     */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("0x" + Long.toHexString(bits) + " has more than 48 bits");
        }
    }

    /**
     * {@return the address that a text stands for}
     *
     * @param text six hexadecimal octets of one or two digits with colons between, as in ethers(5)
     * @throws IllegalArgumentException when it is anything else
     */
    public static MacAddress parse(String text) {
        String[] octets = text.split(":", -1);
        long bits = 0;
        for (String octet : octets) {
            for (int i = 0; i < octet.length(); i++) {
                if (Character.digit(octet.charAt(i), 16) < 0 || octet.charAt(i) > 'f') {
                    throw notAnAddress(text);
                }
            }
            if (octets.length != 6 || octet.isEmpty() || octet.length() > 2) {
                throw notAnAddress(text);
            }
            bits = bits << 8 | Integer.parseInt(octet, 16);
        }
        return new MacAddress(bits);
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("\"" + text + "\" is no Ethernet address such as 02:00:5e:00:53:01");
    }

    /**
     * {@return the address of the fan's bridge on this host: {@code 02:OO:uu:uu:uu:uu}, O the overlay's first octet, u
     * the underlay address}
     *
     * @param overlay the fan's
     * @param underlayAddress this host's, the owner of the slice
     */
    public static MacAddress ofBridge(Ipv4Prefix overlay, Ipv4Address underlayAddress) {
        return derived(BRIDGE, overlay, underlayAddress);
    }

    /**
     * {@return the address of the fan's tunnel on this host: {@code 06:OO:uu:uu:uu:uu}, as {@link #ofBridge}}
     *
     * @param overlay the fan's
     * @param underlayAddress this host's, the owner of the slice
     */
    public static MacAddress ofTunnel(Ipv4Prefix overlay, Ipv4Address underlayAddress) {
        return derived(TUNNEL, overlay, underlayAddress);
    }

    /**
     * {@return the address that a fan's bridge sends to the tunnel whatever comes: the gateway of its host into the IPv6 overlay}
     *
     * @param overlay the fan's
     * @param underlayAddress the host's
     */
    public static MacAddress ofRouter(Ipv4Prefix overlay, Ipv4Address underlayAddress) {
        return derived(ROUTER, overlay, underlayAddress);
    }

    /**
     * Locally administered and unicast (IEEE 802: of the first octet, bit 1 set and bit 0 clear), then the overlay's first
     * octet, then the underlay address: different on every host of a fan, since a VXLAN device drops frames that carry its
     * own address as source. Two fans of one host differ too unless their overlays begin with the same octet; their frames
     * never meet, so that does no harm.
     */
    private static MacAddress derived(long first, Ipv4Prefix overlay, Ipv4Address underlayAddress) {
        return new MacAddress(
                first << 40 | (long) overlay.network().octet(0) << 32 | (underlayAddress.bits() & 0xffffffffL));
    }

    /**
     * One octet: 0 is the first on the wire.
     *
     * @param index 0 to 5
     * @return the octet
     * @throws IndexOutOfBoundsException for any other index
     */
    public int octet(int index) {
        Objects.checkIndex(index, 6);
        return (int) (bits >>> (40 - 8 * index)) & 0xff;
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MacAddress address && address.bits == bits;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bits);
    }

    /** {@code 02:fa:0a:00:00:2d}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (int i = 0; i < 6; i++) {
            int octet = octet(i);
            text.append(i == 0 ? "" : ":")
                    .append(Character.forDigit(octet >> 4, 16))
                    .append(Character.forDigit(octet & 15, 16));
        }
        return text.toString();
    }
}
