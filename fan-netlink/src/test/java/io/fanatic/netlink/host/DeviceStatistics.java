package io.fanatic.netlink.host;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** What a device has sent and received, by {@code ip -s link}; a tunnel counts what passes its own code, and so nothing of the fast path. */
public final class DeviceStatistics {
    private DeviceStatistics() {}

    /** Packets sent. */
    public static long sent(Namespace namespace, String device) {
        return packets(namespace, device, "tx");
    }

    /** Packets received. */
    public static long received(Namespace namespace, String device) {
        return packets(namespace, device, "rx");
    }

    private static long packets(Namespace namespace, String device, String direction) {
        String text = FreshNamespace.exec(namespace, "ip", "-s", "-j", "link", "show", "dev", device);
        JsonObject link = JsonParser.parseString(text).getAsJsonArray().get(0).getAsJsonObject();
        return link.getAsJsonObject("stats64")
                .getAsJsonObject(direction)
                .get("packets")
                .getAsLong();
    }
}
