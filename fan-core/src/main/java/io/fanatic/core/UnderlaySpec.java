package io.fanatic.core;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The underlay as users write it: {@code 10.0.0.45/16}, {@code 10.0.0.0/16}, {@code eth0/16}, {@code eth0}, {@code
 * default/16} or {@code default}. Which local address is meant, a host decides when the fan comes up.
 *
 * <p>The prefix length is the address plan's, not the interface's: 10.0.0.45 with /24 on its interface, or with /32 as in
 * clouds, is normal in a fan over 10.0.0.0/16.
 *
 * <p>{@link #parse} and {@code toString} are inverse to each other.
 */
public sealed interface UnderlaySpec {

    /** The forms, for messages and help. */
    String FORMS = "10.0.0.45/16, 10.0.0.0/16, eth0/16, eth0, default/16 or default";

    /** {@return the address plan's prefix length, 0 to 32; empty when the interface's own is to be used} */
    OptionalInt prefixLength();

    /** {@return the underlay network where the text alone tells it; else empty} */
    Optional<Ipv4Prefix> underlay();

    /**
     * A host's address in the address plan: {@code 10.0.0.45/16}.
     *
     * @param address the host's address, neither the network nor the broadcast address of {@code network}
     * @param network the underlay
     */
    record Address(Ipv4Address address, Ipv4Prefix network) implements UnderlaySpec {

        /**
         * Checks the components.
         *
         * @throws IllegalArgumentException when the address cannot be a host's in that network
         */
        public Address {
            network.requireHost(address);
            // Else the text would read back as a Network.
            if (network.prefixLength() < 32 && address.equals(network.network())) {
                throw new IllegalArgumentException(network + " is written as a network");
            }
        }

        @Override
        public OptionalInt prefixLength() {
            return OptionalInt.of(network.prefixLength());
        }

        @Override
        public Optional<Ipv4Prefix> underlay() {
            return Optional.of(network);
        }

        @Override
        public String toString() {
            return address + "/" + network.prefixLength();
        }
    }

    /**
     * A network that stands for the host's one local address in it: {@code 10.0.0.0/16}.
     *
     * @param network the underlay, at most /31 (a /32 is an {@link Address})
     */
    record Network(Ipv4Prefix network) implements UnderlaySpec {

        /**
         * Checks the components.
         *
         * @throws IllegalArgumentException when the network is a single address
         */
        public Network {
            if (network.prefixLength() == 32) {
                throw new IllegalArgumentException(network + " is one address, not a network");
            }
        }

        @Override
        public OptionalInt prefixLength() {
            return OptionalInt.of(network.prefixLength());
        }

        @Override
        public Optional<Ipv4Prefix> underlay() {
            return Optional.of(network);
        }

        @Override
        public String toString() {
            return network.toString();
        }
    }

    /**
     * The address of an interface: {@code eth0/16}, {@code eth0}.
     *
     * @param name any name the kernel accepts, see {@link FanNames#requireInterfaceName}, other than {@code default}
     * @param prefixLength 0 to 32; empty for the interface's own
     */
    record Device(String name, OptionalInt prefixLength) implements UnderlaySpec {

        /**
         * Checks the components.
         *
         * @throws IllegalArgumentException when the name or the prefix length is not legal
         */
        public Device {
            FanNames.requireInterfaceName("interface name", name);
            if (name.equals(DefaultRoute.WORD) || looksLikeAddress(name)) {
                throw new IllegalArgumentException(Text.quote(name) + " cannot stand for an interface here");
            }
            requirePrefixLength(prefixLength);
        }

        @Override
        public Optional<Ipv4Prefix> underlay() {
            return Optional.empty();
        }

        @Override
        public String toString() {
            return prefixLength.isPresent() ? name + "/" + prefixLength.getAsInt() : name;
        }
    }

    /**
     * The address of the interface that has the default route: {@code default/16}, {@code default}. No interface has this
     * name: the kernel refuses it, for {@code net.ipv4.conf.default}.
     *
     * @param prefixLength 0 to 32; empty for the interface's own
     */
    record DefaultRoute(OptionalInt prefixLength) implements UnderlaySpec {

        static final String WORD = "default";

        /**
         * Checks the components.
         *
         * @throws IllegalArgumentException when the prefix length is not legal
         */
        public DefaultRoute {
            requirePrefixLength(prefixLength);
        }

        @Override
        public Optional<Ipv4Prefix> underlay() {
            return Optional.empty();
        }

        @Override
        public String toString() {
            return prefixLength.isPresent() ? WORD + "/" + prefixLength.getAsInt() : WORD;
        }
    }

    /**
     * Reads any of the forms.
     *
     * @param text one of {@link #FORMS}
     * @return what it means
     * @throws IllegalArgumentException when the text is none of them; the message quotes it and says what was expected
     */
    static UnderlaySpec parse(String text) {
        int slash = text.indexOf('/');
        String name = slash < 0 ? text : text.substring(0, slash);
        if (looksLikeAddress(name)) {
            Ipv4Address address = Ipv4Address.parse(name);
            if (slash < 0) {
                throw new IllegalArgumentException(
                        Text.quote(text) + " has no prefix length: write that of the underlay, as in " + text + "/16");
            }
            return of(address, Ipv4Prefix.parsePrefixLength(text, slash + 1));
        }
        if (name.isEmpty() || name.indexOf(':') >= 0) {
            // No interface has a colon in its name; an IPv6 address has.
            throw new IllegalArgumentException(Text.quote(text) + " is not an underlay; expected " + FORMS);
        }
        OptionalInt length =
                slash < 0 ? OptionalInt.empty() : OptionalInt.of(Ipv4Prefix.parsePrefixLength(text, slash + 1));
        return name.equals(DefaultRoute.WORD) ? new DefaultRoute(length) : new Device(name, length);
    }

    /**
     * {@return the {@link Network} when the address has no host bits, else the {@link Address}}
     *
     * @param address a host's, or the network's first
     * @param prefixLength the underlay's, 0 to 32
     * @throws IllegalArgumentException when the address is the broadcast address of its network
     */
    static UnderlaySpec of(Ipv4Address address, int prefixLength) {
        Ipv4Prefix network = Ipv4Prefix.containing(address, prefixLength);
        boolean isNetwork = prefixLength < 32 && address.equals(network.network());
        return isNetwork ? new Network(network) : new Address(address, network);
    }

    /** Digits and dots, some of both: then it is meant as an address, though an interface could have that name too. */
    private static boolean looksLikeAddress(String text) {
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dots > 0 && dots < text.length();
    }

    private static void requirePrefixLength(OptionalInt length) {
        if (length.isPresent()) {
            Text.requireRange("prefix length", length.getAsInt(), 0, 32);
        }
    }
}
