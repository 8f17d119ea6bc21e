package io.fanatic.cli.order;

import io.fanatic.netlink.host.HostSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The same order on a host without a fan, by which the one with a fan is judged.
 *
 * @param openness before the first step, and after each
 * @param end what is other than before the first step, when all have ended
 */
record Reference(List<Openness> openness, HostSnapshot end) {
    private static final Map<String, Reference> KNOWN = new ConcurrentHashMap<>();

    /** Played once, as many orders with a fan are the same without. */
    static Reference of(Order order) {
        return KNOWN.computeIfAbsent(order.withoutFan().toString(), words -> play(order.withoutFan()));
    }

    private static Reference play(Order order) {
        List<Openness> openness = new ArrayList<>(List.of(Openness.NONE));
        try (Stage stage = new Stage(order.who())) {
            for (Step step : order.steps()) {
                stage.play(step);
                openness.add(stage.openness());
            }
            return new Reference(openness, stage.end());
        }
    }
}
