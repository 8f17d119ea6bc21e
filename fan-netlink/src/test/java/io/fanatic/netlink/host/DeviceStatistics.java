package io.fanatic.netlink.host;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** What a device has sent and received, by {@code ip -s link}; a tunnel counts what passes its own code, and so nothing of the fast path. */
public final class DeviceStatistics {
    private DeviceStatistics() {}

    /** Packets sent. */
    public static long sent(Namespace namespace, String device) {
        return count(namespace, device, "tx", "packets");
    }

    /** Bytes sent. */
    public static long bytesSent(Namespace namespace, String device) {
        return count(namespace, device, "tx", "bytes");
    }

    /** Packets received. */
    public static long received(Namespace namespace, String device) {
        return count(namespace, device, "rx", "packets");
    }

    /** Bytes received. */
    public static long bytesReceived(Namespace namespace, String device) {
        return count(namespace, device, "rx", "bytes");
    }

    private static long count(Namespace namespace, String device, String direction, String what) {
        String text = FreshNamespace.exec(namespace, "ip", "-s", "-j", "link", "show", "dev", device);
        JsonObject link = JsonParser.parseString(text).getAsJsonArray().get(0).getAsJsonObject();
        return link.getAsJsonObject("stats64")
                .getAsJsonObject(direction)
                .get(what)
                .getAsLong();
    }
}
