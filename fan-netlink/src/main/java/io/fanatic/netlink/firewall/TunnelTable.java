package io.fanatic.netlink.firewall;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Prefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Our nftables tables {@code fanatic-tunnel} against forged packets, one for each family that needs one: nothing from outside a fan has a source in
 * its overlay, nothing that this host forwards leaves it as a packet of its tunnel, and no container has the Ethernet address of a
 * host's bridge. Where it has to, it also keeps rules of others from dropping connections of which the firewall sees one direction only.
 *
 * <pre>
 *   table ip fanatic-tunnel {
 *       comment "made by fanatic(8), do not edit"
 *       chain prerouting {
 *           type filter hook prerouting priority raw
 *           ip saddr 250.0.0.0/8 iifname != "fan-250" fib saddr . iif oif 0 counter drop
 *       }
 *       chain postrouting {
 *           type filter hook postrouting priority srcnat + 10
 *           iif 0 accept
 *           meta iifkind "vxlan" accept
 *           meta iifkind "ipip" accept
 *           ip saddr 10.0.0.45 udp dport 8472 counter drop
 *       }
 *       chain half-seen {
 *           type filter hook forward priority filter - 10
 *           iifname "fan-250" oifname "fan-250" ct state invalid counter notrack
 *       }
 *   }
 *   table ip6 fanatic-tunnel {
 *       chain prerouting {
 *           type filter hook prerouting priority raw
 *           ip6 saddr ::ffff:250.0.0.0/104 counter drop
 *           ip6 saddr fd00:fa::/48 fib saddr . iif oif 0 counter drop
 *           ip6 saddr fd00:fa::/48 iifname != "fan-250" fib saddr oifname "fan-250" counter drop
 *       }
 *   }
 *   table bridge fanatic-tunnel {
 *       chain prerouting {
 *           type filter hook prerouting priority -300
 *           iifname != "fan-250-tunnel" ether saddr &amp; f3:ff:ff:ff:00:00 == 02:fa:0a:00:00:00 counter drop
 *       }
 *   }
 * </pre>
 *
 * <p>The chains at prerouting: a host routes from the underlay to its bridge, so a plain packet with a source in the overlay would speak for
 * any container. It is dropped on every device, unless this host's own route to that source leads back there: a router with the overlay
 * behind it. On the device of a fan with {@code --direct} its guard decides, which knows the senders' Ethernet addresses. IPv6 takes a rule more,
 * because its look-up with a device takes a default route by that device rather than a better route by another; and a
 * socket for both families takes a source such as {@code ::ffff:250.0.45.9} for IPv4's. A frame of a container
 * with the Ethernet address of another host's bridge would have this host, and its containers, send to that container what is for the host.
 *
 * <p>The chain at postrouting: what a container sends to another host's underlay address is masqueraded: it leaves with the address of this host, and a VXLAN frame in a
 * UDP datagram to the tunnel's port would be believed there as a frame of this host's slice, whatever process wrote it. The chain stands behind all
 * translation of sources, so it sees what leaves and need not know who is translated: a forwarded packet that has our own address in
 * this place is such a one, and no honest one is. The first three rules let pass what was not forwarded: the kernel names no input device for
 * what processes here send, and the tunnel itself for what that has wrapped.
 *
 * <p>The chain of half-seen connections is there only for bridges of fans without encapsulation whose frames meet a rule such as {@code ct state invalid drop}: what such a
 * fan receives goes past the firewall, so conntrack calls the answers invalid. Before these rules they become untracked. What belongs to a
 * connection that conntrack knows, such as that to a published port, is not invalid and stays tracked.
 */
public final class TunnelTable extends OwnTable<TunnelTable.Entry> {
    /** Of the tables, without their family. */
    public static final String NAME = "fanatic-tunnel";

    /** The families of the tables. */
    public static final List<String> FAMILIES = List.of("ip", "ip6", "bridge");

    private static final String PREROUTING = "prerouting";
    /** Before conntrack, and on a bridge before it learns where an Ethernet address is. */
    private static final int FIRST = -300;
    /** The hosts' bridges, tunnels and routers, see {@link MacAddress}: the two bits that tell them apart are left out. */
    private static final long ANY_OF_A_HOST = 0xf3_ff_00_00_00_00L;

    private static final int PRIORITY = 110;
    private static final String POSTROUTING = "postrouting";
    private static final int OWN_PACKETS = 3;

    /** Rules with a higher priority than this get what bridges forward after ours. */
    public static final int HALF_SEEN_PRIORITY = -10;

    /** What the text of such an entry ends with. */
    public static final String UNTRACKED = " (untracked)";

    private static final String HALF_SEEN = "half-seen";
    /** How nft writes protocol 4. */
    private static final Set<String> IPIP = Set.of("4", "ipencap", "ipip", "ipv4");

    /** What the table is made for. */
    public sealed interface Entry {
        /**
         * Packets that only a tunnel may send.
         *
         * @param source an underlay address of this host
         * @param port the UDP port that they go to; empty for IPIP
         */
        record Tunnel(Ipv4Address source, OptionalInt port) implements Entry {
            /** {@code UDP port 8472 from 10.0.0.45}. */
            @Override
            public String toString() {
                return (port.isEmpty() ? "IPIP" : "UDP port " + port.getAsInt()) + " from " + source;
            }

            // Written out to start fast, see Ipv4Address.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Tunnel that && port.equals(that.port) && source.equals(that.source);
            }

            @Override
            public int hashCode() {
                return Objects.hash(source, port);
            }
        }

        /**
         * Half-seen connections over a bridge, which are to be untracked.
         *
         * @param bridge a fan's
         */
        record HalfSeen(String bridge) implements Entry {
            @Override
            public String toString() {
                return "half-seen connections over " + bridge + UNTRACKED;
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof HalfSeen that && bridge.equals(that.bridge);
            }

            @Override
            public int hashCode() {
                return bridge.hashCode();
            }
        }

        /**
         * Packets with a source in an overlay that do not come by its fan.
         *
         * @param overlay the sources, IPv4 or IPv6
         * @param bridge the fan's
         */
        record Outside(Prefix overlay, String bridge) implements Entry {
            /** {@code 250.0.0.0/8 other than by fan-250}. */
            @Override
            public String toString() {
                return overlay + " other than by " + bridge;
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Outside that && overlay.equals(that.overlay) && bridge.equals(that.bridge);
            }

            @Override
            public int hashCode() {
                return Objects.hash(overlay, bridge);
            }
        }

        /**
         * IPv6 packets that claim a source of an IPv4 overlay.
         *
         * @param overlay the fan's
         */
        record Mapped(Ipv4Prefix overlay) implements Entry {
            /** The prefix of RFC 4291, 2.5.5.2. */
            private static final int MAPPED = 96;

            private String ipv6() {
                return "::ffff:" + overlay.network() + "/" + (MAPPED + overlay.prefixLength());
            }

            private static Mapped parse(String address, int length) {
                byte[] octets = Ipv6Address.parse(address).octets();
                Ipv4Address network = Ipv4Address.of(ByteBuffer.wrap(octets).getInt(12));
                Mapped mapped = new Mapped(Ipv4Prefix.parse(network + "/" + (length - MAPPED)));
                if (!Ipv6Address.parse("::ffff:" + network).equals(Ipv6Address.parse(address))) {
                    throw new IllegalArgumentException(address);
                }
                return mapped;
            }

            /** {@code IPv6 as 250.0.0.0/8}. */
            @Override
            public String toString() {
                return "IPv6 as " + overlay;
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Mapped that && overlay.equals(that.overlay);
            }

            @Override
            public int hashCode() {
                return overlay.hashCode();
            }
        }

        /**
         * Packets without encapsulation, which the guard of a fan with {@code --direct} decides about. Where its device is a bridge they may pass
         * our table first.
         *
         * @param overlay of their sources and destinations
         * @param device the underlay's
         */
        record Direct(Prefix overlay, String device) implements Entry {
            /** {@code 250.0.0.0/8 by eth0 to its guard}. */
            @Override
            public String toString() {
                return overlay + " by " + device + " to its guard";
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Direct that && overlay.equals(that.overlay) && device.equals(that.device);
            }

            @Override
            public int hashCode() {
                return Objects.hash(overlay, device);
            }
        }

        /**
         * Frames with the Ethernet address of a host's bridge that do not come by a tunnel.
         *
         * @param tunnels the devices of all fans
         * @param first the least of the addresses, see {@link MacAddress#ofBridge}
         * @param mask has a bit for each in which all of them are alike
         */
        record OfHosts(List<String> tunnels, MacAddress first, MacAddress mask) implements Entry {
            public OfHosts {
                tunnels = List.copyOf(tunnels);
            }

            /**
             * {@return the entry for one fan}
             *
             * @param overlay the fan's
             * @param underlay the addresses of its hosts
             */
            public static OfHosts of(List<String> tunnels, Ipv4Prefix overlay, Ipv4Prefix underlay) {
                long underlayMask = 0xffffffffL << 32 - underlay.prefixLength() & 0xffffffffL;
                return new OfHosts(
                        tunnels,
                        MacAddress.ofBridge(overlay, underlay.network()),
                        new MacAddress(ANY_OF_A_HOST | underlayMask));
            }

            /** {@code Ethernet addresses like 02:fa:0a:00:00:00 other than by fan-250-tunnel}. */
            @Override
            public String toString() {
                return "Ethernet addresses like " + first + " other than by " + String.join(" and ", tunnels);
            }

            // Likewise.
            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof OfHosts that
                        && tunnels.equals(that.tunnels)
                        && first.equals(that.first)
                        && mask.equals(that.mask);
            }

            @Override
            public int hashCode() {
                return Objects.hash(tunnels, first, mask);
            }
        }

        /** What no fan can want. */
        enum Other implements Entry {
            /** Stands for what somebody has done to our table by hand. */
            CHANGED_BY_HAND;

            @Override
            public String toString() {
                return "what was changed by hand";
            }
        }
    }

    private final String family;

    /**
     * The table of one family in the namespace of a handle.
     *
     * @param nftables stays open, and the caller's
     * @param family one of {@link #FAMILIES}
     */
    public TunnelTable(Nftables nftables, String family) {
        super(nftables, family + " " + NAME, Entry.Other.CHANGED_BY_HAND);
        this.family = family;
    }

    /**
     * {@return what the tables serve, of all families}
     *
     * @param nftables stays open, and the caller's
     */
    public static List<Entry> readAll(Nftables nftables) {
        Set<String> there = tables(nftables);
        List<Entry> entries = new ArrayList<>();
        for (String family : FAMILIES) {
            entries.addAll(new TunnelTable(nftables, family).read(there));
        }
        return entries;
    }

    /**
     * As {@link #write}, for the tables of all families. It is one transaction, so that no death leaves some of them.
     *
     * @param nftables stays open, and the caller's
     */
    public static void writeAll(Nftables nftables, List<Entry> entries) {
        StringBuilder changes = new StringBuilder();
        for (String family : FAMILIES) {
            TunnelTable table = new TunnelTable(nftables, family);
            changes.append(table.change(table.own(entries)));
        }
        if (changes.length() > 0) {
            nftables.run(changes.toString());
        }
    }

    /** Those that the table of this family is for, in their order. */
    List<Entry> own(List<Entry> entries) {
        List<Entry> own = new ArrayList<>();
        for (Entry entry : entries) {
            if (familyOf(entry).equals(family) || entry == Entry.Other.CHANGED_BY_HAND) {
                own.add(entry);
            }
        }
        return own;
    }

    /** {@return the family, of {@link #FAMILIES}, whose table an entry is in} */
    public static String familyOf(Entry entry) {
        boolean ofIpv6 = entry instanceof Entry.Mapped
                || entry instanceof Entry.Outside outside && outside.overlay().family() == IpFamily.IPV6;
        return entry instanceof Entry.OfHosts ? "bridge" : ofIpv6 ? "ip6" : "ip";
    }

    @Override
    String chains(List<Entry> entries) {
        StringBuilder prerouting = new StringBuilder(512);
        StringBuilder postrouting = new StringBuilder();
        StringBuilder halfSeen = new StringBuilder();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Outside outside) {
                fromOutside(prerouting, outside);
            } else if (entry instanceof Entry.Mapped mapped) {
                rule(prerouting, "  ip6 saddr " + mapped.ipv6() + " counter drop");
            } else if (entry instanceof Entry.Direct direct) {
                prerouting.append("  iifname \"").append(direct.device()).append("\" ip saddr ");
                prerouting.append(direct.overlay());
                rule(prerouting, " ip daddr " + direct.overlay() + " accept");
            } else if (entry instanceof Entry.OfHosts hosts) {
                prerouting.append(" ");
                otherThanBy(prerouting, hosts.tunnels());
                rule(prerouting, " ether saddr & " + hosts.mask() + " == " + hosts.first() + " counter drop");
            } else if (entry instanceof Entry.HalfSeen of) {
                String bridge = "name \"" + of.bridge() + '"';
                rule(halfSeen, "  iif" + bridge + " oif" + bridge + " ct state invalid counter notrack");
            } else if (entry instanceof Entry.Tunnel tunnel) {
                postrouting.append("  ip saddr ").append(tunnel.source());
                rule(
                        postrouting,
                        (tunnel.port().isEmpty()
                                        ? " ip protocol 4"
                                        : " udp dport " + tunnel.port().getAsInt()) + " counter drop");
            }
        }
        StringBuilder text = new StringBuilder(1024);
        chain(text, PREROUTING, "prerouting", FIRST, prerouting);
        if (postrouting.length() > 0) {
            StringBuilder own = new StringBuilder(512);
            rule(own, "  iif 0 accept");
            rule(own, "  meta iifkind \"vxlan\" accept");
            rule(own, "  meta iifkind \"ipip\" accept");
            chain(text, POSTROUTING, "postrouting", PRIORITY, own.append(postrouting));
        }
        chain(text, HALF_SEEN, "forward", HALF_SEEN_PRIORITY, halfSeen);
        return text.toString();
    }

    private static void fromOutside(StringBuilder text, Entry.Outside outside) {
        boolean ipv6 = outside.overlay().family() == IpFamily.IPV6;
        String source = (ipv6 ? "  ip6" : "  ip") + " saddr " + outside.overlay();
        String otherDevice = " iifname != \"" + outside.bridge() + '"';
        rule(text, source + (ipv6 ? "" : otherDevice) + " fib saddr . iif oif 0 counter drop");
        if (ipv6) {
            rule(text, source + otherDevice + " fib saddr oifname \"" + outside.bridge() + "\" counter drop");
        }
    }

    private static void otherThanBy(StringBuilder text, List<String> devices) {
        for (String device : devices) {
            text.append(" iifname != \"").append(device).append('"');
        }
    }

    private static void chain(StringBuilder text, String name, String hook, int priority, StringBuilder rules) {
        if (rules.length() > 0) {
            text.append(" chain ")
                    .append(name)
                    .append(" {\n  type filter hook ")
                    .append(hook);
            text.append(" priority ").append(priority).append("; policy accept;\n");
            text.append(rules).append(" }\n");
        }
    }

    @Override
    Observed<Entry> understand(String json) {
        return parse(json, family);
    }

    static Observed<Entry> parse(String json, String family) {
        return parse(
                json,
                Map.of(
                        PREROUTING,
                        chain -> isAt(chain, "filter", "prerouting", FIRST),
                        POSTROUTING,
                        chain -> isAt(chain, "filter", "postrouting", PRIORITY),
                        HALF_SEEN,
                        chain -> isAt(chain, "filter", "forward", HALF_SEEN_PRIORITY)),
                (chains, entries) -> readPrerouting(chains, entries)
                        && (!family.equals("ip") || readPostrouting(chains, entries))
                        && readHalfSeen(chains, entries));
    }

    private static boolean readPrerouting(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault(PREROUTING, List.of());
        try {
            for (int i = 0; i < rules.size(); i++) {
                JsonArray parts = rules.get(i).getAsJsonArray();
                String text = parts.toString();
                if (text.contains("\"ether\"")) {
                    entries.add(ofHosts(parts));
                } else if (!text.contains("\"fib\"")) {
                    entries.add(text.contains("\"ip6\"") ? mapped(parts) : direct(parts));
                } else if (text.contains("\"ip6\"")) {
                    Entry.Outside outside = outside(parts(rules.get(i + 1), 5), List.of("saddr"), "oifname");
                    requireDrop(parts(rules.get(i), 4), 1);
                    requireFib(parts.get(1), List.of("saddr", "iif"), "oif", "0");
                    if (!network(parts.get(0).getAsJsonObject(), "==", "saddr").equals(outside.overlay())) {
                        return false;
                    }
                    entries.add(outside);
                    i++;
                } else {
                    entries.add(outside(parts(rules.get(i), 5), List.of("saddr", "iif"), "oif"));
                }
            }
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static Entry.Outside outside(JsonArray parts, List<String> flags, String result) {
        requireDrop(parts, 2);
        Prefix overlay = network(parts.get(0).getAsJsonObject(), "==", "saddr");
        String bridge = device(parts.get(1), "iifname", "!=");
        requireFib(parts.get(2), flags, result, result.equals("oif") ? "0" : bridge);
        return new Entry.Outside(overlay, bridge);
    }

    private static void requireFib(JsonElement part, List<String> flags, String result, String value) {
        JsonObject match = match(part, "==");
        JsonObject fib = match.getAsJsonObject("left").getAsJsonObject("fib");
        // One flag may stand alone.
        String found = fib.get("flags").toString().replaceAll("[\\[\\]\"]", "");
        if (!text(fib, "result").equals(result)
                || !found.equals(String.join(",", flags))
                || !text(match, "right").equals(value)) {
            throw new IllegalArgumentException("another look-up");
        }
    }

    private static Entry mapped(JsonArray parts) {
        requireDrop(parts, 0);
        JsonObject match = match(parts.get(0), "==");
        JsonObject prefix = match.getAsJsonObject("right").getAsJsonObject("prefix");
        return Entry.Mapped.parse(text(prefix, "addr"), prefix.get("len").getAsInt());
    }

    private static Entry ofHosts(JsonArray parts) {
        int last = parts.size() - 3;
        requireDrop(parts, last);
        List<String> tunnels = new ArrayList<>();
        for (int i = 0; i < last; i++) {
            tunnels.add(device(parts.get(i), "iifname", "!="));
        }
        JsonObject match = match(parts.get(last), "==");
        JsonArray masked = match.getAsJsonObject("left").getAsJsonArray("&");
        if (!text(masked.get(0).getAsJsonObject().getAsJsonObject("payload"), "field")
                .equals("saddr")) {
            throw new IllegalArgumentException("another rule");
        }
        return new Entry.OfHosts(
                tunnels,
                MacAddress.parse(text(match, "right")),
                MacAddress.parse(masked.get(1).getAsString()));
    }

    /** A rule counts and drops, right behind its last match. */
    private static void requireDrop(JsonArray parts, int lastMatch) {
        if (parts.size() != lastMatch + 3
                || !parts.get(lastMatch + 1).getAsJsonObject().has("counter")
                || !parts.get(lastMatch + 2).getAsJsonObject().has("drop")) {
            throw new IllegalArgumentException("another rule");
        }
    }

    private static Entry direct(JsonElement rule) {
        JsonArray parts = parts(rule, 4);
        String device = device(parts.get(0), "iifname", "==");
        Prefix overlay = network(parts.get(1).getAsJsonObject(), "==", "saddr");
        if (!network(parts.get(2).getAsJsonObject(), "==", "daddr").equals(overlay)
                || !parts.get(3).getAsJsonObject().has("accept")) {
            throw new IllegalArgumentException("another rule");
        }
        return new Entry.Direct(overlay, device);
    }

    private static JsonObject match(JsonElement part, String operator) {
        JsonObject match = part.getAsJsonObject().getAsJsonObject("match");
        if (!text(match, "op").equals(operator)) {
            throw new IllegalArgumentException("another match");
        }
        return match;
    }

    private static boolean readHalfSeen(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault(HALF_SEEN, List.of());
        try {
            for (JsonElement rule : rules) {
                JsonArray parts = parts(rule, 5);
                String bridge = device(parts.get(0), "iifname", "==");
                if (!device(parts.get(1), "oifname", "==").equals(bridge)
                        || !isInvalid(parts.get(2))
                        || !parts.get(3).getAsJsonObject().has("counter")
                        || !parts.get(4).getAsJsonObject().has("notrack")) {
                    return false;
                }
                entries.add(new Entry.HalfSeen(bridge));
            }
            // Replacing the table leaves the chain there without rules.
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static String device(JsonElement part, String key, String operator) {
        JsonObject match = match(part, operator);
        if (!text(match.getAsJsonObject("left").getAsJsonObject("meta"), "key").equals(key)) {
            throw new IllegalArgumentException("another match");
        }
        return match.get("right").getAsString();
    }

    private static boolean readPostrouting(Map<String, List<JsonElement>> chains, List<Entry> entries) {
        List<JsonElement> rules = chains.getOrDefault(POSTROUTING, List.of());
        if (rules.isEmpty()) {
            // Of no tunnel: of fans that have lost their addresses. A table without any rule is not of ours.
            return !entries.isEmpty();
        }
        try {
            if (rules.size() <= OWN_PACKETS
                    || !accepts(rules.get(0), "iif", "0")
                    || !accepts(rules.get(1), "iifkind", "vxlan")
                    || !accepts(rules.get(2), "iifkind", "ipip")) {
                return false;
            }
            for (JsonElement rule : rules.subList(OWN_PACKETS, rules.size())) {
                entries.add(entry(rule));
            }
            return true;
        } catch (RuntimeException otherRule) {
            return false;
        }
    }

    private static boolean accepts(JsonElement rule, String key, String value) {
        JsonArray parts = parts(rule, 2);
        JsonObject match = parts.get(0).getAsJsonObject().getAsJsonObject("match");
        return text(match, "op").equals("==")
                && text(match.getAsJsonObject("left").getAsJsonObject("meta"), "key")
                        .equals(key)
                && text(match, "right").equals(value)
                && parts.get(1).getAsJsonObject().has("accept");
    }

    private static Entry entry(JsonElement rule) {
        JsonArray parts = parts(rule, 4);
        JsonObject match = parts.get(1).getAsJsonObject().getAsJsonObject("match");
        JsonObject payload = match.getAsJsonObject("left").getAsJsonObject("payload");
        boolean udp = text(payload, "protocol").equals("udp")
                && text(payload, "field").equals("dport");
        boolean ipip = text(payload, "protocol").equals("ip")
                && text(payload, "field").equals("protocol")
                && IPIP.contains(text(match, "right"));
        if (!text(match, "op").equals("==")
                || !(udp || ipip)
                || !parts.get(2).getAsJsonObject().has("counter")
                || !parts.get(3).getAsJsonObject().has("drop")) {
            throw new IllegalArgumentException("another rule");
        }
        Ipv4Address source = ((Ipv4Prefix) network(parts.get(0).getAsJsonObject(), "==", "saddr")).network();
        return new Entry.Tunnel(source, udp ? OptionalInt.of(match.get("right").getAsInt()) : OptionalInt.empty());
    }
}
