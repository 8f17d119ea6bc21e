package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import java.util.List;

/** Which path the packets of fans take that are to take the fast one, for {@code show}. */
public final class PathText {
    private static final String NOT_KNOWN = "to see which it is takes root";

    private PathText() {}

    /** A line for each such fan, after the table. */
    public static void append(StringBuilder text, List<Fan> fans, FanNetwork network) {
        boolean first = true;
        for (Fan fan : fans) {
            if (fan.fast()) {
                text.append(first ? "\n" : "").append(fan.bridge()).append(": ");
                text.append(line(fan, network)).append('\n');
                first = false;
            }
        }
    }

    private static String line(Fan fan, FanNetwork network) {
        if (!FanNetwork.isPrivileged()) {
            return "the fast path or the kernel's; " + NOT_KNOWN;
        }
        FanPath path = network.path(fan);
        if (path.fastBy().isEmpty()) {
            return "not on the fast path: " + path.obstacle().orElse("fanctl up would put it there");
        }
        String fast = "on the fast path, by " + path.fastBy().get();
        return path.obstacle().isEmpty()
                ? fast
                : fast + ", where it must not be any more: " + path.obstacle().get() + "; fanctl up ends that";
    }

    /** The same for programs. */
    static JsonObject json(Fan fan, FanNetwork network) {
        JsonObject json = new JsonObject();
        if (!FanNetwork.isPrivileged()) {
            json.addProperty("reason", NOT_KNOWN);
            return json;
        }
        FanPath path = network.path(fan);
        json.addProperty("used", path.fastBy().isPresent());
        path.fastBy().ifPresent(device -> json.addProperty("device", device));
        path.obstacle().ifPresent(obstacle -> json.addProperty("reason", obstacle));
        return json;
    }
}
