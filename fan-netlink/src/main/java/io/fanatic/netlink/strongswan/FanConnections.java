package io.fanatic.netlink.strongswan;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Transport;
import io.fanatic.netlink.route.IpsecPolicies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What strongSwan is told of one fan: a connection for each underlay address of this host, and the pre-shared key
 * or the certificates. The same on every host of the
 * fan but for that address: who the others are, the first packet to each tells.
 *
 * <pre>
 *   out   local udp any port  - underlay udp/8472       the packets that this host sends: the source port is a hash
 *   in    local udp/8472      - underlay udp any port   those that it receives
 *   out   local 4             - underlay 4              both, for IPIP
 * </pre>
 *
 * <p>One request id for both: a pair of security associations of two hosts then serves both, whoever of them asked for it. A priority
 * ahead of everything that a daemon gives by itself: the plugin bypass-lan lets all packets of a connected network pass in clear otherwise.
 *
 * @param name what the names of its connections begin with: {@code fan-250}
 * @param text as in swanctl.conf(5), with certificates in base64; it has the pre-shared key, and of a private key the file's name only
 * @param loaded whether the daemon has these connections
 */
public record FanConnections(String name, String text, boolean loaded) {
    /** What the names of secrets begin with. */
    static final String SHARED_KEY = "ike-";

    static final String PRIVATE_KEY = "private-";
    /** Lists of certificates, in base64. */
    static final String CERTIFICATES = "certs";

    static final String AUTHORITIES = "cacerts";
    /** Lists of revoked certificates, in base64. */
    static final String REVOCATIONS = "crls";

    private static final String REAUTHENTICATION = "4h";

    /** An IP protocol, which has no ports. */
    private static final int IPIP = 4;

    /** Of the reqid, so that it meets none of those that strongSwan counts from 1. */
    private static final long REQID = 0xfa000000L;

    /**
     * The connections of a fan, to be loaded.
     *
     * @param mapping overlay and underlay
     * @param transport of the fan
     * @param udp whether encrypted packets travel in UDP
     * @param own underlay addresses of this host
     * @param credentials what this host proves with who it is
     */
    public static FanConnections of(
            FanMapping mapping, Transport transport, boolean udp, List<Ipv4Address> own, Credentials credentials) {
        String name = FanNames.bridge(mapping.overlay());
        // Not of the addresses themselves: nobody else's connection has such identities, nor takes our key for its own.
        String everybody = "fqdn:*." + name + ".fanatic";
        String network = mapping.underlay().toString();
        Section whole = new Section();
        Section connections = whole.section("connections");
        List<String> identities = new ArrayList<>();
        for (Ipv4Address address : own) {
            String dashed = dashed(address.toString());
            Section connection = connections.section(name + "-" + dashed);
            connection.set("version", "2");
            connection.set("local_addrs", List.of(address.toString()));
            connection.set("remote_addrs", List.of(network));
            connection.set("proposals", List.of("aes256gcm16-prfsha384-ecp384"));
            connection.set("dpd_delay", "30s");
            if (udp) {
                connection.set("encap", "yes");
            }
            // Who has no valid key or certificate any more is out by then, and a tenth of that.
            connection.set("reauth_time", REAUTHENTICATION);
            Section local = connection.section("local");
            Section remote = connection.section("remote");
            if (credentials instanceof HostCertificate host) {
                // Who the other host is says its certificate alone: the plugin addrblock takes it for no address but
                // its own.
                local.set("auth", "pubkey").set(CERTIFICATES, List.of(host.certificate()));
                remote.set("auth", "pubkey").set(AUTHORITIES, host.authorities());
            } else {
                identities.add("fqdn:" + dashed + "." + name + ".fanatic");
                local.set("auth", "psk").set("id", identities.get(identities.size() - 1));
                remote.set("auth", "psk").set("id", everybody);
            }
            Section children = connection.section("children");
            long id = requestId(transport);
            if (transport.udpPort().isPresent()) {
                int port = transport.udpPort().getAsInt();
                child(children.section("out"), address + "/32[udp]", network + "[udp/" + port + "]", id);
                child(children.section("in"), address + "/32[udp/" + port + "]", network + "[udp]", id);
            } else {
                child(children.section("out"), address + "/32[" + IPIP + "]", network + "[" + IPIP + "]", id);
            }
        }
        Section secrets = whole.section("secrets");
        if (credentials instanceof HostCertificate host) {
            secrets.section(PRIVATE_KEY + name).set("file", host.file()).set("id", host.keyId());
            if (!host.revocations().isEmpty()) {
                whole.set(REVOCATIONS, host.revocations());
            }
        } else if (credentials instanceof PreSharedKey shared) {
            for (int i = 0; i < shared.keys().size(); i++) {
                Section secret = secrets.section(SHARED_KEY + name + (i == 0 ? "" : "." + i));
                secret.set(
                        "secret",
                        "0x" + HexFormat.of().formatHex(shared.keys().get(i).getBytes(StandardCharsets.UTF_8)));
                secret.set("id", everybody);
                // With more than one, strongSwan proves with the one that names this host itself who it is.
                for (int j = 0; i == 0 && shared.keys().size() > 1 && j < identities.size(); j++) {
                    secret.set("id" + j, identities.get(j));
                }
            }
        }
        return new FanConnections(name, whole.text(), true);
    }

    /** An address as a part of names: {@code 10-0-0-45}. */
    static String dashed(String address) {
        return address.replace('.', '-');
    }

    private static void child(Section child, String local, String remote, long requestId) {
        child.set("local_ts", List.of(local));
        child.set("remote_ts", List.of(remote));
        child.set("esp_proposals", List.of("aes256gcm16-ecp384", "aes256gcm16"));
        child.set("mode", "transport");
        child.set("start_action", "trap");
        child.set("priority", Integer.toString(IpsecPolicies.ENCRYPTING));
        child.set("reqid", Long.toString(requestId));
    }

    /**
     * {@return what ties the policies of a fan's connections and their security associations together: an unsigned 32-bit number}
     *
     * @param transport of the fan
     */
    public static long requestId(Transport transport) {
        return REQID + transport.udpPort().orElse(0);
    }

    /** The settings; what somebody has changed so that it cannot be read has none. */
    Section settings() {
        try {
            return Section.parse(text);
        } catch (IllegalArgumentException changed) {
            return new Section();
        }
    }

    /** The names of its connections. */
    Set<String> connections() {
        return settings().in("connections").sections().keySet();
    }

    /** The names of its pre-shared keys. */
    Set<String> sharedKeys() {
        Set<String> ids = new HashSet<>(settings().in("secrets").sections().keySet());
        ids.removeIf(key -> !key.startsWith(SHARED_KEY));
        return ids;
    }

    /** What strongSwan calls the private keys of its connections, none or one. */
    Set<String> privateKeys() {
        Set<String> ids = new HashSet<>();
        settings().in("secrets").sections().forEach((key, secret) -> {
            if (key.startsWith(PRIVATE_KEY)) {
                secret.value("id").ifPresent(ids::add);
            }
        });
        return ids;
    }

    /** The UDP ports that they are for, one in most cases; 0 is IPIP. */
    Set<Integer> ports() {
        Set<Integer> ports = new HashSet<>();
        for (Section connection : settings().in("connections").sections().values()) {
            connection
                    .in("children")
                    .in("out")
                    .value("reqid")
                    .ifPresent(reqid -> ports.add((int) (Long.parseLong(reqid) - REQID)));
        }
        return ports;
    }

    /** {@code fan-250}, and whether it is loaded; never the text, which may have the key. */
    @Override
    public String toString() {
        return name + (loaded ? " (loaded)" : " (not loaded)");
    }
}
