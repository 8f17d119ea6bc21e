package io.fanatic.core;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a fan's packets travel over the underlay, with the numbers that all hosts of the fan must agree on.
 *
 * <p>Code that differs by transport asks for one of the properties here, or handles each in a {@link Cases}. Both are abstract, so
 * the compiler lists what a new transport needs.
 */
public sealed interface Transport {

    /** {@return the word that a user says for it} */
    TunnelType type();

    /** {@return the VXLAN device's numbers; empty where packets do not travel in VXLAN} */
    Optional<Vxlan> vxlan();

    /** {@return the UDP port that its packets go to; empty where they have no ports: IP protocol 4} */
    OptionalInt udpPort();

    /** {@return what a filter knows its packets by: {@code UDP 8472}, {@code IP protocol 4 (IPIP)}} */
    String packets();

    /** {@return whether its UDP port takes packets from the underlays of its fans only} */
    boolean underlayOnly();

    /**
     * {@return the same with its port closed to all but the underlay, or open; what has no port stays as it is}
     *
     * @param value whether it is closed
     */
    Transport withUnderlayOnly(boolean value);

    /**
     * {@return what one of the cases makes of this}
     *
     * @param cases one method for each transport
     * @param <T> what they make
     */
    <T> T match(Cases<T> cases);

    /** {@return how packets get from containers to the tunnel} */
    default Delivery delivery() {
        return type().delivery();
    }

    /**
     * One method for each transport.
     *
     * @param <T> what the methods make of a transport
     */
    interface Cases<T> {

        /**
         * {@return what it makes of VXLAN}
         *
         * @param transport the transport
         */
        T vxlan(Vxlan transport);

        /**
         * {@return what it makes of IPIP}
         *
         * @param transport the transport
         */
        T ipip(Ipip transport);
    }

    /**
     * Ethernet frames in UDP (RFC 7348), by a device of the fan's own.
     *
     * @param vni the network identifier, 0 to 16777215
     * @param port the UDP port, 1 to 65535
     * @param underlayOnly whether the port takes packets from the underlays of its fans only
     */
    record Vxlan(int vni, int port, boolean underlayOnly) implements Transport {

        /**
         * Checks the components.
         *
         * @throws IllegalArgumentException when a number is not in its range
         */
        public Vxlan {
            Text.requireRange("vni", vni, 0, FanOptions.MAX_VNI);
            Text.requireRange("port", port, 1, FanOptions.MAX_PORT);
        }

        /**
         * {@return what an overlay has when a user says nothing: {@link FanNames#vni} and port 8472}
         *
         * @param overlay the fan's
         */
        public static Vxlan usual(Ipv4Prefix overlay) {
            return new Vxlan(FanNames.vni(overlay), TunnelType.DEFAULT_VXLAN_PORT, false);
        }

        @Override
        public TunnelType type() {
            return TunnelType.VXLAN;
        }

        @Override
        public Optional<Vxlan> vxlan() {
            return Optional.of(this);
        }

        @Override
        public OptionalInt udpPort() {
            return OptionalInt.of(port);
        }

        @Override
        public String packets() {
            return "UDP " + port;
        }

        @Override
        public Transport withUnderlayOnly(boolean value) {
            return new Vxlan(vni, port, value);
        }

        @Override
        public <T> T match(Cases<T> cases) {
            return cases.vxlan(this);
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Vxlan that
                    && vni == that.vni
                    && port == that.port
                    && underlayOnly == that.underlayOnly;
        }

        @Override
        public int hashCode() {
            return Objects.hash(vni, port, underlayOnly);
        }
    }

    /** IPv4 packets in IPv4 (RFC 2003), by one device for all such fans of a host. */
    record Ipip() implements Transport {
        @Override
        public TunnelType type() {
            return TunnelType.IPIP;
        }

        @Override
        public Optional<Vxlan> vxlan() {
            return Optional.empty();
        }

        @Override
        public OptionalInt udpPort() {
            return OptionalInt.empty();
        }

        @Override
        public String packets() {
            return "IP protocol 4 (IPIP)";
        }

        @Override
        public boolean underlayOnly() {
            return false;
        }

        @Override
        public Transport withUnderlayOnly(boolean value) {
            return this;
        }

        @Override
        public <T> T match(Cases<T> cases) {
            return cases.ipip(this);
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Ipip;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }
}
