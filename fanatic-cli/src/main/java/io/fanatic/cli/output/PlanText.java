package io.fanatic.cli.output;

import io.fanatic.core.FanSlice;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import java.io.PrintStream;

/** Plans and their results in words. */
public final class PlanText {
    private PlanText() {}

    /** A plan that is not carried out. */
    public static void print(Plan plan, PrintStream out) {
        if (plan.isEmpty()) {
            out.println("nothing to do");
            return;
        }
        for (String line : plan.lines()) {
            out.println("would " + line);
        }
        out.println("no changes made");
    }

    /** What is there after {@code up}: {@code fan-250 is up: slice 250.0.45.0/24, host address 250.0.45.1, MTU 1450}. */
    public static String isUp(Fan fan, Plan done) {
        StringBuilder text = new StringBuilder(fan.bridge());
        text.append(done.isEmpty() ? " is up already, nothing to do: " : " is up: ");
        for (FanSlice slice : fan.slices()) {
            text.append("slice ").append(slice.cidr());
            text.append(", host address ").append(slice.hostAddress()).append(", ");
            fan.ipv6()
                    .ifPresent(mapping -> text.append("IPv6 slice ")
                            .append(mapping.sliceOf(slice.underlayAddress()))
                            .append(", host address ")
                            .append(mapping.hostAddressOf(slice.underlayAddress()))
                            .append(", "));
        }
        return text.append("MTU ").append(fan.mtu()).toString();
    }
}
