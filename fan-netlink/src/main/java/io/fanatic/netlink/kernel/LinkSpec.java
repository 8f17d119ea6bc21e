package io.fanatic.netlink.kernel;

import io.fanatic.core.MacAddress;

/**
 * A device that {@link Kernel#createLink} makes. Whoever makes devices handles each kind in a {@link Cases}, so the compiler lists
 * what a new kind needs.
 */
public sealed interface LinkSpec {

    /** {@return its largest packet in bytes} */
    int mtu();

    /**
     * {@return what one of the cases makes of this}
     *
     * @param cases one method for each kind
     * @param <T> what they make
     */
    <T> T match(Cases<T> cases);

    /**
     * One method for each kind of device.
     *
     * @param <T> what the methods make of a device
     */
    interface Cases<T> {

        /**
         * {@return what it makes of an external VXLAN device}
         *
         * @param link the device
         */
        T vxlan(Vxlan link);

        /**
         * {@return what it makes of an external IPIP device}
         *
         * @param link the device
         */
        T ipip(Ipip link);

        /**
         * {@return what it makes of a bridge}
         *
         * @param link the device
         */
        T bridge(Bridge link);
    }

    /**
     * An external VXLAN device: each packet brings its addresses and its VNI.
     *
     * @param mac its Ethernet address
     * @param mtu bytes
     * @param port UDP, 1 to 65535
     * @param vniFilter whether it is to share its port with other such devices
     */
    record Vxlan(MacAddress mac, int mtu, int port, boolean vniFilter) implements LinkSpec {
        @Override
        public <T> T match(Cases<T> cases) {
            return cases.vxlan(this);
        }

        /**
         * {@return the sentence for people when the port is not free}
         *
         * @param port UDP, 1 to 65535
         */
        public static String heldBySocket(int port) {
            return "UDP port " + port + " is held by a socket of another program (\"ss -uanp sport = " + port
                    + "\" shows it); end that, or choose another port with --port on every host of the fan";
        }
    }

    /**
     * An external IPIP device: each packet brings its addresses.
     *
     * @param mtu bytes
     */
    record Ipip(int mtu) implements LinkSpec {
        @Override
        public <T> T match(Cases<T> cases) {
            return cases.ipip(this);
        }
    }

    /**
     * A bridge without spanning tree.
     *
     * @param mac its Ethernet address
     * @param mtu bytes
     * @param ipv6 whether the host takes and sends IPv6 there
     * @param arpAnnounce which address the host's ARP gives as the sender there, 0 to 2
     */
    record Bridge(MacAddress mac, int mtu, boolean ipv6, int arpAnnounce) implements LinkSpec {
        @Override
        public <T> T match(Cases<T> cases) {
            return cases.bridge(this);
        }
    }
}
