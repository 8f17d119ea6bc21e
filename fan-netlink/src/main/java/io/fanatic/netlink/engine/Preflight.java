package io.fanatic.netlink.engine;

import static io.fanatic.core.FanException.Reason.CONFLICT;
import static io.fanatic.core.FanException.Reason.INVALID;
import static io.fanatic.core.FanException.Reason.IN_USE;
import static io.fanatic.core.FanException.Reason.UNSUPPORTED;

import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanException;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.resource.Text;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Everything that can be known to fail, found before anything is touched. Each check throws {@link FanException}. */
final class Preflight {
    /** Default routes are ::/0, its halves, and 2000::/3, all that is in use. */
    private static final int WIDEST_DEFAULT = 3;
    /** IFALIASZ less the zero at its end, in bytes. */
    private static final int MAX_ALIAS = 255;

    private static final int RECORDS = 130;

    private final Kernel kernel;
    private final DesiredState desired;
    private final HostState host;

    Preflight(Kernel kernel, DesiredState desired) {
        this.kernel = kernel;
        this.desired = desired;
        host = desired.host();
    }

    /**
     * @param fan as it should be
     * @param before the same fan as it is, if it is up
     */
    void up(Fan fan, Optional<Fan> before) {
        fixed(fan, before);
        overlayIsFree(fan);
        nameServersStayReachable(fan);
        if (host.adoptable(fan).isEmpty()) {
            deviceIsFree(fan.bridge(), "bridge", "choose another name with --bridge");
        }
        deviceIsFree(fan.tunnel(), "tunnel", "rename or remove that device");
        desired.tunnels(fan.type()).requireFree(fan);
        if (fan.slices().size() > Fan.MAX_ADDRESSES) {
            throw new FanException(
                    INVALID,
                    "a fan may have " + Fan.MAX_ADDRESSES + " underlay addresses on one host, not "
                            + fan.slices().size());
        }
        fan.ipv6().ifPresent(mapping -> ipv6(fan, mapping.overlay()));
        // Beside it the records of gate and of the guard on the underlay's device, while both are replaced.
        int label = fan.label().toString().length();
        if (fan.encryption().isPresent() && label + RECORDS > MAX_ALIAS) {
            throw new FanException(
                    INVALID,
                    "the bridge's ifalias has no room for the key file's name, "
                            + fan.encryption().get().file() + "; choose one that is "
                            + (label + RECORDS - MAX_ALIAS) + " characters shorter");
        }
        if (fan.direct() != Direct.OFF && label + RECORDS > MAX_ALIAS) {
            throw new FanException(
                    INVALID,
                    "direct needs room in the bridge's ifalias, which the fan's addresses with DHCP take; lease in fewer slices");
        }
        encryption(fan);
        if (fan.mtu() < 68) {
            throw new FanException(
                    INVALID, "the underlay's MTU leaves only " + fan.mtu() + " bytes to the fan; IPv4 needs 68");
        }
        portIsForOneFan(fan);
        canHaveItsAddresses(fan);
        canEncrypt(fan);
        canBeDirect(fan);
    }

    /** What a fan cannot change while it is up. */
    private void fixed(Fan fan, Optional<Fan> before) {
        for (Fan other : host.fans()) {
            if (other.overlay().overlaps(fan.overlay()) && !other.mapping().equals(fan.mapping())) {
                throw new FanException(
                        CONFLICT,
                        "the overlay " + fan.overlay() + " overlaps the fan " + other.mapping() + " on "
                                + other.bridge() + "; take that down first");
            }
        }
        before.ifPresent(old -> {
            same("bridge", old, old.bridge(), fan.bridge());
            same("tunnel type", old, old.type().word(), fan.type().word());
            if (old.transport().vxlan().isPresent() && fan.transport().vxlan().isPresent()) {
                Transport.Vxlan is = old.transport().vxlan().get();
                Transport.Vxlan wanted = fan.transport().vxlan().get();
                same("VNI", old, is.vni(), wanted.vni());
                same("port", old, is.port(), wanted.port());
            }
        });
    }

    private static void same(String what, Fan old, Object is, Object wanted) {
        if (!is.equals(wanted)) {
            // A fan that has lost its bridge has lost the addresses that tell its slices.
            Ipv4Address address = old.slices().isEmpty()
                    ? old.macSeed()
                    : old.underlayAddresses().get(0);
            throw new FanException(
                    CONFLICT,
                    "the fan " + old.mapping() + " is up with " + what + " " + is + ", not " + wanted
                            + "; take it down first: fanctl down -u "
                            + address + "/"
                            + old.mapping().underlay().prefixLength() + " -o " + old.overlay());
        }
    }

    private void overlayIsFree(Fan fan) {
        for (RouteState route : host.routes()) {
            boolean tunnel = route.link().equals(Optional.of(fan.tunnel()))
                    && route.destination().equals(fan.overlay())
                    && host.link(fan.tunnel()).filter(LinkState::isOurs).isPresent();
            boolean ours = tunnel
                    || route.link().equals(Optional.of(fan.bridge()))
                            && (host.link(fan.bridge())
                                            .filter(LinkState::isOurs)
                                            .isPresent()
                                    || host.adoptable(fan).isPresent());
            if (!ours && !route.isDefault(host.routes()) && route.destination().overlaps(fan.overlay())) {
                throw new FanException(
                        CONFLICT,
                        "the overlay " + fan.overlay() + " overlaps the route \"" + route.description()
                                + "\"; choose another overlay or remove that route");
            }
        }
    }

    private void ipv6(Fan fan, Ipv6Prefix overlay) {
        if (!kernel.hasIpv6()) {
            throw new FanException(
                    UNSUPPORTED,
                    "this host has no IPv6, as the kernel lacks it or was started with ipv6.disable=1;"
                            + " change that, or bring the fan up without overlay6");
        }
        if (fan.mtu() < FanOptions.MIN_IPV6_MTU) {
            throw new FanException(
                    INVALID,
                    "the underlay's MTU leaves only " + fan.mtu() + " bytes to the fan; IPv6 needs "
                            + FanOptions.MIN_IPV6_MTU + ": raise it, or bring the fan up without overlay6");
        }
        for (Fan other : host.fans()) {
            Optional<Ipv6Mapping> theirs = other.ipv6();
            if (!other.mapping().equals(fan.mapping())
                    && theirs.isPresent()
                    && theirs.get().overlay().overlaps(overlay)) {
                throw new FanException(
                        CONFLICT,
                        "the IPv6 overlay " + overlay + " overlaps that of the fan " + other.mapping() + ", "
                                + theirs.get().overlay() + "; choose another one");
            }
        }
        boolean ours = host.link(fan.bridge()).filter(LinkState::isOurs).isPresent()
                || host.adoptable(fan).isPresent();
        for (Ipv6State.Route route : kernel.ipv6Routes()) {
            boolean isDefault = route.destination().prefixLength() <= WIDEST_DEFAULT;
            if (!(ours && route.link().equals(fan.bridge()))
                    && !isDefault
                    && route.destination().overlaps(overlay)) {
                throw new FanException(
                        CONFLICT,
                        "the IPv6 overlay " + overlay + " overlaps the route \"" + route
                                + "\"; choose another overlay or remove that route");
            }
        }
    }

    /** IPsec's policies choose packets by their UDP port, and by nothing that differs between fans. */
    private void encryption(Fan fan) {
        for (LinkState link : host.links()) {
            boolean samePort = link.vxlan()
                    .filter(vxlan -> fan.transport().udpPort().equals(OptionalInt.of(vxlan.port())))
                    .isPresent();
            boolean ipip = link.ipip().isPresent() && link.up() && fan.type() == TunnelType.IPIP;
            if (fan.encryption().isPresent() && ipip && !link.isOurs()) {
                throw new FanException(
                        CONFLICT,
                        "an encrypted fan of type ipip has all packets of its protocol encrypted, also those of the device "
                                + link.name() + "; delete that, or take -t vxlan on every host of the fan");
            }
            if (fan.encryption().isPresent() && samePort && !link.isOurs()) {
                throw new FanException(
                        CONFLICT,
                        "an encrypted fan needs a UDP port of its own, and "
                                + fan.transport().udpPort().orElseThrow() + " is also that of the VXLAN device "
                                + link.name()
                                + "; choose another with --port on every host of the fan");
            }
        }
        for (Fan other : host.fans()) {
            boolean encrypted =
                    fan.encryption().isPresent() || other.encryption().isPresent();
            if (!encrypted || other.mapping().equals(fan.mapping())) {
                continue;
            }
            if (fan.type() == TunnelType.IPIP && other.type() == TunnelType.IPIP) {
                throw new FanException(
                        CONFLICT,
                        "an encrypted fan of type ipip has to be the only one of that type on its hosts, and the fan "
                                + other.mapping() + " is one, too; take -t vxlan for one of the two on every host");
            }
            if (other.transport().udpPort().equals(fan.transport().udpPort())) {
                throw new FanException(
                        CONFLICT,
                        "an encrypted fan needs a UDP port of its own, and "
                                + fan.transport().udpPort().orElseThrow() + " is also that of the fan "
                                + other.mapping()
                                + "; choose another with --port on every host of the fan");
            }
            if (hasCertificate(fan) && hasCertificate(other)) {
                throw new FanException(
                        CONFLICT,
                        "one fan of a host can have certificates, as strongSwan could not tell which fan another host means, and the fan "
                                + other.mapping() + " has them; use psk:FILE for one of the two on every host");
            }
            if (fan.encryption().isPresent() && other.direct() != Direct.OFF) {
                throw new FanException(
                        CONFLICT,
                        "where packets are encrypted, those of other fans cannot pass IPsec by, as those of the fan "
                                + other.mapping() + " do; bring that up without --direct first");
            }
        }
    }

    private static boolean hasCertificate(Fan fan) {
        return fan.encryption()
                .filter(how -> how.method() == Encryption.Method.CERTIFICATE)
                .isPresent();
    }

    private void nameServersStayReachable(Fan fan) {
        for (Ipv4Address server : kernel.nameServers()) {
            if (fan.overlay().contains(server)) {
                throw new FanException(
                        CONFLICT,
                        "the name server " + server + " of /etc/resolv.conf lies in the overlay " + fan.overlay()
                                + " and would be cut off; choose another overlay");
            }
        }
    }

    /** Without a filter for VNIs, fans cannot share a port. */
    private void portIsForOneFan(Fan fan) {
        OptionalInt port = fan.transport().udpPort();
        for (Fan other : host.fans()) {
            if (port.isPresent()
                    && other.transport().udpPort().equals(port)
                    && !other.overlay().equals(fan.overlay())
                    && !kernel.has(KernelFeature.VNI_FILTER)) {
                throw new FanException(
                        UNSUPPORTED,
                        "on this kernel each fan needs a UDP port of its own (Linux 5.18 and later can share one), and "
                                + port.getAsInt() + " is that of the fan " + other.mapping()
                                + "; choose another with --port on every host of the fan");
            }
        }
    }

    /** Without a local address in the tunnel key, the kernel chooses the same one for the packets of all slices. */
    private void canHaveItsAddresses(Fan fan) {
        if (fan.underlayAddresses().size() > 1 && !kernel.has(KernelFeature.LOCAL_ADDRESS)) {
            throw new FanException(
                    UNSUPPORTED,
                    "on this kernel a fan has only one underlay address on a host (Linux 6.0 and later can have several), and "
                            + fan.mapping() + " would have " + Text.join(" and ", fan.underlayAddresses())
                            + "; leave one of them out");
        }
    }

    private void canEncrypt(Fan fan) {
        if (fan.encryption().isEmpty()) {
            return;
        }
        Encryption how = fan.encryption().get();
        // Refuses a key that is none.
        kernel.credentials(how, fan.underlayAddresses());
        Optional<String> obstacle = encryptionObstacle(how.method(), kernel);
        if (obstacle.isPresent()) {
            throw new FanException(UNSUPPORTED, obstacle.get());
        }
    }

    /** What {@link Engine#encryptionObstacle} tells. */
    static Optional<String> encryptionObstacle(Encryption.Method method, Kernel kernel) {
        return kernel.has(KernelFeature.ESP)
                ? kernel.withoutStrongSwan(method).map(why -> "the fan's packets cannot be encrypted: " + why)
                : Optional.of(
                        "this kernel cannot encrypt packets: it lacks IPsec's ESP with AES-GCM (CONFIG_INET_ESP, CONFIG_CRYPTO_GCM);"
                                + " boot one that has it, or leave --encrypt out on every host of the fan");
    }

    private void canBeDirect(Fan fan) {
        Optional<String> refusal = desired.paths().directRefusal(fan);
        if (refusal.isPresent()) {
            throw new FanException(
                    kernel.has(KernelFeature.DIRECT) ? CONFLICT : UNSUPPORTED,
                    "packets cannot travel without encapsulation on this host: " + refusal.get()
                            + "; leave --direct out");
        }
    }

    private void deviceIsFree(String name, String what, String advice) {
        host.link(name).filter(link -> !link.isOurs()).ifPresent(link -> {
            throw new FanException(
                    CONFLICT,
                    "the name " + name + " for the " + what + " is taken by a"
                            + (link.kind().isEmpty() ? " device" : " " + link.kind() + " device")
                            + " that is not ours; " + advice);
        });
    }

    /** Whether a DHCP server that a plan changes can run. */
    void serve(Fan fan, Plan plan) {
        for (Plan.Item item : plan.items()) {
            if (item.thing().equals("dhcp") && !fan.dhcp().isEmpty() && !kernel.canServeDhcp()) {
                throw new FanException(UNSUPPORTED, "dnsmasq is not installed; install the package dnsmasq-base");
            }
        }
    }

    /** Refuses to take a bridge away from the containers on it. */
    void down(Fan fan) {
        List<String> attached = host.attachedTo(fan.bridge());
        if (!attached.isEmpty()) {
            throw new FanException(
                    IN_USE,
                    "containers are attached to " + fan.bridge() + " (" + Text.join(", ", attached)
                            + "); stop them first");
        }
    }
}
