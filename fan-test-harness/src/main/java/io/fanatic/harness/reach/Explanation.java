package io.fanatic.harness.reach;

import io.fanatic.core.Encryption;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;

/** Why a peer is not reached, or not as it should be; each from what was seen, not from what is likely. */
public sealed interface Explanation {

    /**
     * What it says.
     *
     * @param code a short stable name for programs, lower case with dashes
     * @param sentence what is wrong and how that is known, for a person
     * @param command what to type, on which host the sentence tells; may name a command to look further
     */
    record Words(String code, String sentence, String command) {}

    /** {@return all that it says} */
    Words words();

    /** {@return a short stable name for programs, lower case with dashes} */
    default String code() {
        return words().code();
    }

    /** {@return what is wrong and how that is known, for a person} */
    default String sentence() {
        return words().sentence();
    }

    /** {@return what to type, on which host the sentence tells; may name a command to look further} */
    default String command() {
        return words().command();
    }

    /** {@return whether the command is for the other host} */
    default boolean isThere() {
        return this instanceof NoFanThere
                || this instanceof NamesNotTold
                || this instanceof OtherType
                || this instanceof OtherPort
                || this instanceof OtherVni
                || this instanceof DirectNotReceived
                || this instanceof DirectSilent
                || this instanceof DirectDropped dropped && !dropped.toIt()
                || this instanceof IkeSilent
                || this instanceof NotEncryptedThere
                || this instanceof ClearTextThere
                || this instanceof EncryptedThere
                || this instanceof Ipv6PingDropped
                || this instanceof NoResponder;
    }

    /**
     * This host has no fan at all, or none that the address belongs to.
     *
     * @param address the one to be reached
     * @param anyFan whether some fan is up on this host
     */
    record NoFanHere(IpAddress address, boolean anyFan) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "no-fan-here",
                    anyFan
                            ? address + " is neither in the underlay nor in the overlay of a fan of this host"
                            : "no fan is up on this host",
                    anyFan ? "fanctl show" : "fanctl up -u UNDERLAY -o OVERLAY");
        }
    }

    /**
     * The address is this host's own.
     *
     * @param address the one to be reached
     */
    record ThisHost(IpAddress address) implements Explanation {
        @Override
        public Words words() {
            return new Words("this-host", address + " is this host itself", "fanctl show");
        }
    }

    /**
     * This host's routes lead nowhere for it.
     *
     * @param address the one to be reached
     */
    record NoRoute(IpAddress address) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "no-route",
                    "this host has no route to " + address + ", or one that refuses",
                    "ip route get " + address);
        }
    }

    /**
     * This host's routes lead past the fan.
     *
     * @param address the one to be reached
     * @param bridge the fan's, by which it should go
     * @param link by which it goes
     */
    record OtherRoute(IpAddress address, String bridge, String link) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "other-route",
                    "this host sends what is for " + address + " to " + link + " instead of " + bridge,
                    "ip route get " + address);
        }
    }

    /**
     * The host does not answer on the underlay.
     *
     * @param underlay the host's address
     * @param onTheWire whether it answers ARP
     */
    record UnderlaySilent(Ipv4Address underlay, boolean onTheWire) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "underlay-silent",
                    onTheWire
                            ? underlay
                                    + " is there (it answers ARP) but answers no ping on the underlay, and nothing on the fan"
                            : underlay + " does not answer on the underlay: the host is down, or the way to it",
                    "ping " + underlay);
        }
    }

    /**
     * Nothing takes the tunnel's packets on the other host.
     *
     * @param underlay the host's address
     * @param transport of this host's fan
     */
    record NoFanThere(Ipv4Address underlay, Transport transport) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "no-fan-there",
                    underlay + " answers on the underlay but refuses " + transport.packets() + " "
                            + TransportWords.of(transport).refusal(),
                    "fanctl up -u UNDERLAY -o OVERLAY"
                            + TransportWords.of(transport).flags());
        }
    }

    /**
     * The other host's fan is of another type.
     *
     * @param underlay the host's address
     * @param ours type here
     * @param theirs type there
     */
    record OtherType(Ipv4Address underlay, TunnelType ours, TunnelType theirs) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "other-type",
                    "the fan of " + underlay + " is of type " + theirs.word() + ", the one of this host of type "
                            + ours.word(),
                    "fanctl up -u UNDERLAY -o OVERLAY -t " + ours.word());
        }
    }

    /**
     * The other host's fan uses another UDP port.
     *
     * @param underlay the host's address
     * @param ours UDP port here
     * @param theirs UDP port there
     */
    record OtherPort(Ipv4Address underlay, int ours, int theirs) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "other-port",
                    "the fan of " + underlay + " sends to UDP " + theirs + ", the one of this host uses " + ours,
                    "fanctl up -u UNDERLAY -o OVERLAY --port " + ours);
        }
    }

    /**
     * The other host's fan uses another VXLAN network identifier.
     *
     * @param underlay the host's address
     * @param ours VNI here
     * @param theirs VNI there
     */
    record OtherVni(Ipv4Address underlay, int ours, int theirs) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "other-vni",
                    "the fan of " + underlay + " has the VNI " + theirs + ", the one of this host " + ours,
                    "fanctl up -u UNDERLAY -o OVERLAY --vni " + ours);
        }
    }

    /**
     * Something swallows the tunnel's packets.
     *
     * @param underlay the host's address
     * @param transport of the fan
     * @param refusal whether something answered that it does not let them through
     */
    record TunnelFiltered(Ipv4Address underlay, Transport transport, boolean refusal) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "tunnel-filtered",
                    refusal
                            ? "a filter on the way to " + underlay + " refuses " + transport.packets()
                            : "the fan of " + underlay + " is up and what it sends arrives, but what is sent to it as "
                                    + transport.packets() + " does not: a filter drops it",
                    "nft list ruleset");
        }
    }

    /**
     * The tunnel's packets are neither answered nor refused, and the host could not be made to send.
     *
     * @param underlay the host's address
     * @param transport of this host's fan
     */
    record TunnelSilent(Ipv4Address underlay, Transport transport) implements Explanation {
        @Override
        public Words words() {
            String seen = underlay + " answers on the underlay and does not refuse " + transport.packets()
                    + ", but nothing comes back through it: a filter drops it both ways, ";
            return new Words(
                    "tunnel-silent", seen + TransportWords.of(transport).silence(), "fanctl show");
        }
    }

    /**
     * This host's guard refused what came from there.
     *
     * @param underlay the host's address
     * @param address in the overlay, that was to answer
     * @param refused packets that guard counted meanwhile
     */
    record WrongOwner(Ipv4Address underlay, IpAddress address, long refused) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "wrong-owner",
                    "the guard of this host refused " + refused
                            + " packets meanwhile, as what sent them does not own the"
                            + " address in them: " + address + " must come from " + underlay
                            + ", not through NAT or another host",
                    "fanctl show --stats");
        }
    }

    /**
     * The other host has a fan that does not receive packets without encapsulation, which the fan of this host is for.
     *
     * @param underlay the host's address
     */
    record DirectNotReceived(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "direct-not-received",
                    "the fan of " + underlay + " does not receive packets without encapsulation: it is up without"
                            + " direct, and what is sent to it so passes no guard, or is lost",
                    "fanctl up -u UNDERLAY -o OVERLAY --direct=accept");
        }
    }

    /**
     * What is sent without encapsulation is not answered, and nothing tells whether the other host or the network is the cause.
     *
     * @param underlay the host's address
     */
    record DirectSilent(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "direct-silent",
                    "what this host sends to " + underlay + " without encapsulation is not answered, though the tunnel"
                            + " works: the fan there is up without direct, or the network between drops source addresses"
                            + " that are not its sender's own",
                    "fanctl up -u UNDERLAY -o OVERLAY --direct=accept");
        }
    }

    /**
     * The network between drops packets without encapsulation.
     *
     * @param underlay the host's address
     * @param toIt whether those that this host sends, otherwise those that it is to receive
     */
    record DirectDropped(Ipv4Address underlay, boolean toIt) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "direct-dropped",
                    "what " + (toIt ? "this host sends to " + underlay : underlay + " sends to this host")
                            + " without encapsulation is lost, though the tunnel works: the network between (a switch, a"
                            + " hypervisor, a cloud's source check) drops source addresses that are not its sender's own",
                    "fanctl up -u UNDERLAY -o OVERLAY --direct=accept");
        }
    }

    /**
     * This host's guard refuses what the other host sends without encapsulation.
     *
     * @param underlay the host's address
     */
    record DirectRefused(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "direct-refused",
                    "what " + underlay
                            + " sends without encapsulation arrives and is refused here: it does not come from"
                            + " the Ethernet address that the neighbour table has for " + underlay,
                    "fanctl show --stats");
        }
    }

    /**
     * The other host sends without encapsulation, and the fan of this host does not receive such packets.
     *
     * @param underlay the host's address
     */
    record DirectUnexpected(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "direct-unexpected",
                    "the fan of " + underlay
                            + " sends packets without encapsulation, and the fan of this host is up without"
                            + " direct: no guard takes them, and containers may not get them",
                    "fanctl up -u UNDERLAY -o OVERLAY --direct=accept");
        }
    }

    /**
     * The fan is encrypted, and strongSwan of the other host does not answer.
     *
     * @param underlay the host's address
     */
    record IkeSilent(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "no-ike-answer",
                    underlay
                            + " answers on the underlay, but not IKE (UDP 500 and 4500), by which keys are made: strongSwan"
                            + " does not run there, or a filter drops it",
                    "systemctl status strongswan");
        }
    }

    /**
     * strongSwan of the other host answers, and knows nothing of an encrypted fan.
     *
     * @param underlay the host's address
     */
    record NotEncryptedThere(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "peer-not-encrypted",
                    "strongSwan of " + underlay
                            + " answers, and has nothing of an encrypted fan with this host: the fan there is not up,"
                            + " or up without encryption, or by another method",
                    "fanctl show");
        }
    }

    /**
     * The fan of the other host is not encrypted.
     *
     * @param underlay the host's address
     * @param ours how the fan of this host is encrypted
     */
    record ClearTextThere(Ipv4Address underlay, Encryption ours) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "peer-clear-text",
                    "the fan of " + underlay
                            + " is up without encryption: what it sends comes in clear, and is dropped here",
                    "fanctl up -u UNDERLAY -o OVERLAY --encrypt " + ours + (ours.udp() ? " --encrypt-udp" : ""));
        }
    }

    /**
     * The fan of the other host is encrypted, and the one of this host is not.
     *
     * @param underlay the host's address
     */
    record EncryptedThere(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "peer-encrypted",
                    "the fan of " + underlay
                            + " is encrypted, as it begins to make keys with this host (IKE), and the fan of this host is"
                            + " up without encryption; it needs the flags of the fan there",
                    "fanctl show");
        }
    }

    /**
     * Two hosts do not have the same pre-shared key.
     *
     * @param underlay the host's address
     * @param file the key's on this host
     */
    record WrongKey(Ipv4Address underlay, String file) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "wrong-key",
                    underlay + " answers IKE and has another pre-shared key for this fan than " + file
                            + " here, or certificates; compare the sums of both files",
                    "sha256sum " + file);
        }
    }

    /**
     * One of two hosts does not believe the other's certificate.
     *
     * @param underlay the host's address
     * @param ours whether it is this host's certificate, that the other does not believe
     * @param said what strongSwan of this host says
     */
    record WrongCertificate(Ipv4Address underlay, boolean ours, String said) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "wrong-certificate",
                    (ours
                                    ? underlay + " does not believe the certificate of this host"
                                    : "this host does not believe the certificate of " + underlay)
                            + " (" + said
                            + "): it is of another authority, for another address, revoked, or not valid by the clock there",
                    ours ? "fanatic doctor" : "fanctl show");
        }
    }

    /**
     * There are keys, but what is encrypted with them does not arrive.
     *
     * @param underlay the host's address
     */
    record EspFiltered(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "esp-filtered",
                    "this host and " + underlay
                            + " have made keys, but no encrypted packet comes back: a filter between drops ESP (IP protocol"
                            + " 50)",
                    "nft list ruleset");
        }
    }

    /**
     * There were no keys, and now there are.
     *
     * @param underlay the host's address
     */
    record KeysOnlyNow(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "keys-only-now",
                    "there were no keys with " + underlay
                            + ", as after an attempt that failed some minutes ago; they are made now, and it is reached",
                    "fanatic test host " + underlay);
        }
    }

    /**
     * A router is between two hosts of one network, as one that answers ARP for others.
     *
     * @param underlay the host's address
     */
    record RouterBetween(Ipv4Address underlay) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "router-between",
                    underlay
                            + " is in a network of this host, but a router is in between: it answers no packet with a time"
                            + " to live of 1, so none reaches it without encapsulation",
                    "fanctl up -u UNDERLAY -o OVERLAY --direct=accept");
        }
    }

    /**
     * Only small packets pass.
     *
     * @param type of the tunnel, which tells what the underlay must carry
     * @param mtu the fan's, bytes
     * @param largest packet that passed, bytes
     */
    record LargePacketsLost(TunnelType type, int mtu, int largest) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "mtu",
                    "packets of up to " + largest + " bytes pass, but the fan's MTU is " + mtu
                            + ": something on the underlay carries less than " + (mtu + type.overhead()) + " bytes",
                    "fanctl up -u UNDERLAY -o OVERLAY --mtu " + largest);
        }
    }

    /**
     * Full packets pass one by one, yet a transfer stands still.
     *
     * @param tunnel the fan's device
     * @param transfer which one stood still
     */
    record BulkTcpFails(String tunnel, String transfer) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "bulk-tcp",
                    "ping passes, also with full packets, but a TCP transfer (" + transfer
                            + ") stands still: mostly the checksum or segmentation offload of a network card",
                    "ethtool -K " + tunnel + " tx off tso off gso off");
        }
    }

    /**
     * Some packets get lost.
     *
     * @param sent echo requests
     * @param received replies
     */
    record Losses(int sent, int received) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "losses",
                    (sent - received) + " of " + sent
                            + " pings were lost, the others answered: the network drops packets",
                    "ip -s link");
        }
    }

    /**
     * The host is reached, and does not tell the names of its containers, or is not believed.
     *
     * @param underlay the host's address
     * @param seen what came of the question
     */
    record NamesNotTold(Ipv4Address underlay, String seen) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "names-not-told",
                    "names of containers of " + underlay + " are not found: " + seen,
                    "fanatic enable-names");
        }
    }

    /**
     * The host is reached, but nothing answers at a service's port.
     *
     * @param address the host's
     * @param service its name
     * @param port where nothing listens
     */
    record NoResponder(IpAddress address, String service, int port) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "no-responder",
                    address + " is reached, but nothing listens for " + service + " (port " + port + ")",
                    "fanatic serve");
        }
    }

    /**
     * The host is reached, but a service's port swallows.
     *
     * @param address the host's
     * @param service its name
     * @param port which swallows
     */
    record ServiceSilent(IpAddress address, String service, int port) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "service-silent",
                    address + " is reached by ping, but port " + port + " (" + service
                            + ") neither answers nor refuses: a filter drops it",
                    "nft list ruleset");
        }
    }

    /**
     * The host answers TCP by IPv6, and no ping.
     *
     * @param address the host's in the IPv6 overlay
     */
    record Ipv6PingDropped(IpAddress address) implements Explanation {
        @Override
        public Words words() {
            return new Words(
                    "ipv6-ping",
                    address + " answers TCP and no ping: a filter there drops ICMPv6, without which IPv6 cannot tell"
                            + " senders that their packets are too big",
                    "nft list ruleset");
        }
    }

    /**
     * Something that has no explanation of its own.
     *
     * @param seen what was seen, for a person
     */
    record Other(String seen) implements Explanation {
        @Override
        public Words words() {
            return new Words("other", seen, "fanctl show --stats");
        }
    }
}
