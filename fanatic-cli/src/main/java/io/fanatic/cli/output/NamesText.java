package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.UdpPorts;
import java.util.List;
import java.util.Optional;

/** Whether names of containers are served, of the fans that are to have them. */
public final class NamesText {
    private static final int DNS = 53;

    private NamesText() {}

    /** Appends a paragraph with a line for each such fan. */
    public static void append(StringBuilder text, List<Fan> fans) {
        StringBuilder lines = new StringBuilder();
        for (Fan fan : fans) {
            if (fan.names()) {
                lines.append(fan.bridge()).append(": ");
                lines.append(notServed(fan).orElse("serves names of containers: CONTAINER.HOST." + zone(fan)));
                lines.append('\n');
            }
        }
        text.append(lines.length() == 0 ? "" : "\n").append(lines);
    }

    /** What to say where nobody serves the names that a fan is to have. */
    public static Optional<String> notServed(Fan fan) {
        for (FanSlice slice : fan.names() ? fan.slices() : List.<FanSlice>of()) {
            if (!UdpPorts.isHeld(slice.hostAddress(), DNS)) {
                return Optional.of("names of containers are not served: nothing listens at " + slice.hostAddress()
                        + " port " + DNS + "; \"systemctl enable --now fan-names\" or \"fanatic names\" serves them");
            }
        }
        return Optional.empty();
    }

    static JsonObject json(Fan fan) {
        return JsonValues.object("zone", zone(fan), "served", notServed(fan).isEmpty());
    }

    private static String zone(Fan fan) {
        return FanNames.bridge(fan.overlay()) + ".internal";
    }
}
