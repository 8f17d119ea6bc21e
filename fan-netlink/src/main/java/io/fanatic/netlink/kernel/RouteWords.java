package io.fanatic.netlink.kernel;

import io.fanatic.netlink.route.Route;
import java.util.Map;

/** A route in the words of ip-route(8), for messages. */
final class RouteWords {
    private RouteWords() {}

    /** @param names of the interfaces, by index */
    static String of(Route route, Map<Integer, String> names) {
        StringBuilder text = new StringBuilder();
        switch (route.type()) {
            case 6 -> text.append("blackhole ");
            case 7 -> text.append("unreachable ");
            case 8 -> text.append("prohibit ");
            default -> {
                // An ordinary route, whose kind goes without saying.
            }
        }
        text.append(route.destination());
        if (route.gateway().isPresent()) {
            text.append(" via ").append(route.gateway().get());
        }
        String name = names.get(route.outInterface());
        if (name != null) {
            text.append(" dev ").append(name);
        }
        if (route.preferredSource().isPresent()) {
            text.append(" src ").append(route.preferredSource().get());
        }
        if (route.metric() != 0) {
            text.append(" metric ").append(route.metric());
        }
        if (route.mtu() != 0) {
            text.append(" mtu ").append(route.mtu());
        }
        if (route.table() != Route.TABLE_MAIN) {
            text.append(" table ").append(route.table());
        }
        return text.toString();
    }
}
