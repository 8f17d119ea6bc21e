package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.core.Direct;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.DirectState;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.FanPath;
import java.util.List;

/** Which path the packets of fans take, where it is not the usual one, for {@code show}. */
public final class PathText {
    private static final String NOT_KNOWN = "to see which it is takes root";

    private PathText() {}

    /** A line for each such fan, after the table. */
    public static void append(StringBuilder text, List<Fan> fans, FanNetwork network) {
        StringBuilder lines = new StringBuilder();
        for (Fan fan : fans) {
            if (fan.fast() && FanNetwork.isPrivileged() && !network.isOnFastPath(fan)) {
                lines.append(fan.bridge())
                        .append(": not on the fast path: ")
                        .append(network.path(fan).obstacle().orElse("fanctl up would put it there"))
                        .append('\n');
            }
            fan.encryption()
                    .ifPresent(how -> lines.append(fan.bridge())
                            .append(": encrypts packets between hosts by IPsec, encrypt ")
                            .append(how)
                            .append(how.udp() ? ", in UDP" : "")
                            .append('\n'));
            if (fan.direct() != Direct.OFF) {
                lines.append(fan.bridge())
                        .append(": ")
                        .append(directLine(fan, network))
                        .append('\n');
            }
        }
        text.append(lines.length() == 0 ? "" : "\n").append(lines);
    }

    private static String directLine(Fan fan, FanNetwork network) {
        if (!FanNetwork.isPrivileged()) {
            return "packets without encapsulation sent or not; " + NOT_KNOWN;
        }
        DirectState state = network.direct(fan);
        String device = state.by().orElse("");
        return switch (state.now()) {
            case OFF -> "receives no packets without encapsulation; fanctl up changes that";
            case ACCEPT ->
                "receives packets without encapsulation, by " + device + ", and sends none"
                        + state.obstacle().map(why -> ": " + why).orElse("");
            case SEND ->
                "sends and receives packets without encapsulation, by " + device
                        + state.obstacle()
                                .map(why -> ", where it must not send them any more: " + why + "; fanctl up ends that")
                                .orElse("");
        };
    }

    /** The word for programs: {@code off}, {@code accept}, {@code send}. */
    static String word(Direct direct) {
        return switch (direct) {
            case OFF -> "off";
            case ACCEPT -> "accept";
            case SEND -> "send";
        };
    }

    static JsonObject directJson(Fan fan, FanNetwork network) {
        if (!FanNetwork.isPrivileged()) {
            return JsonValues.object("reason", NOT_KNOWN);
        }
        DirectState state = network.direct(fan);
        JsonObject json = JsonValues.object("now", word(state.now()));
        state.by().ifPresent(device -> json.addProperty("device", device));
        state.obstacle().ifPresent(obstacle -> json.addProperty("reason", obstacle));
        return json;
    }

    /** The same for programs. */
    static JsonObject json(Fan fan, FanNetwork network) {
        if (!FanNetwork.isPrivileged()) {
            return JsonValues.object("reason", NOT_KNOWN);
        }
        FanPath path = network.path(fan);
        JsonObject json = JsonValues.object("used", path.fastBy().isPresent());
        path.fastBy().ifPresent(device -> json.addProperty("device", device));
        path.obstacle().ifPresent(obstacle -> json.addProperty("reason", obstacle));
        return json;
    }
}
