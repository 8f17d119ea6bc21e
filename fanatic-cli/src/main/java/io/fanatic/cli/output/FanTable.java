package io.fanatic.cli.output;

import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import java.util.List;

/** The table of {@code fanctl show}, in the columns and widths that scripts know from Ubuntu's fanctl. */
public final class FanTable {
    private FanTable() {}

    public static void append(StringBuilder text, List<Fan> fans) {
        row(text, "Bridge", "Underlay", "Overlay", "Flags");
        for (Fan fan : fans) {
            if (fan.slices().isEmpty()) {
                row(
                        text,
                        fan.bridge(),
                        fan.mapping().underlay().toString(),
                        fan.overlay().toString(),
                        "incomplete");
            }
            for (FanSlice slice : fan.slices()) {
                String underlay =
                        slice.underlayAddress() + "/" + fan.mapping().underlay().prefixLength();
                row(text, fan.bridge(), underlay, fan.overlay().toString(), flags(fan, slice));
            }
        }
    }

    private static void row(StringBuilder text, String bridge, String underlay, String overlay, String flags) {
        cell(text, bridge, 16);
        cell(text, underlay, 20);
        cell(text, overlay, 20);
        text.append(flags).append('\n');
    }

    private static void cell(StringBuilder text, String value, int width) {
        text.append(value)
                .append(" ".repeat(Math.max(0, width - value.length())))
                .append(' ');
    }

    /** What is not as it would be by itself, in the words of /etc/network/fan; a dash when there is nothing. */
    private static String flags(Fan fan, FanSlice slice) {
        String flags = fan.entryOfAnyMtu(slice).options().toString();
        return flags.isEmpty() ? "-" : flags;
    }
}
