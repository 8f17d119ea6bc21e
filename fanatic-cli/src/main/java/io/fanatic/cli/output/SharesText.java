package io.fanatic.cli.output;

import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import java.util.List;

/** The shares of each slice, in {@code show --shares}. */
public final class SharesText {
    private SharesText() {}

    public static void append(StringBuilder text, List<Fan> fans) {
        for (Fan fan : fans) {
            for (FanSlice slice : fan.slices()) {
                text.append('\n');
                SliceText.line(text, "slice", slice.cidr() + " of " + fan.bridge());
                SliceText.append(text, fan.shares(), slice);
            }
        }
    }
}
