package io.fanatic.cli.order;

import io.fanatic.cli.order.Step.What;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What happens on a host, one after the other: {@code fan-start,docker-start,docker-kill}. */
record Order(List<Step> steps) {

    Order {
        steps = List.copyOf(steps);
    }

    static Order parse(String words) {
        return new Order(Arrays.stream(words.split(",")).map(Step::parse).toList());
    }

    Set<Who> who() {
        return steps.stream().map(Step::who).collect(Collectors.toCollection(() -> EnumSet.noneOf(Who.class)));
    }

    /** The same on a host without a fan. */
    Order withoutFan() {
        return new Order(steps.stream().filter(step -> step.who() != Who.FAN).toList());
    }

    /** Its first steps. */
    Order first(int count) {
        return new Order(steps.subList(0, count));
    }

    /**
     * All orders of the fan and so many others: each is started, restarted, killed and started, stopped and, when all are, started,
     * and upgraded, every time in the same order.
     */
    static List<Order> all(int others) {
        List<Order> orders = new ArrayList<>();
        permute(others + 1, new ArrayList<>(), orders);
        return orders;
    }

    private static void permute(int count, List<Who> chosen, List<Order> orders) {
        if (chosen.size() == count) {
            if (chosen.contains(Who.FAN)) {
                orders.add(life(chosen));
            }
            return;
        }
        for (Who who : Who.values()) {
            if (!chosen.contains(who) && chosen.stream().noneMatch(who::excludes)) {
                List<Who> more = new ArrayList<>(chosen);
                more.add(who);
                permute(count, more, orders);
            }
        }
    }

    private static Order life(List<Who> all) {
        List<Step> steps = new ArrayList<>();
        each(all, steps, What.START);
        each(all, steps, What.RESTART);
        each(all, steps, What.KILL, What.START);
        each(all, steps, What.STOP);
        each(all, steps, What.START);
        each(all, steps, What.UPGRADE);
        return new Order(steps);
    }

    private static void each(List<Who> all, List<Step> steps, What... whats) {
        for (Who who : all) {
            for (What what : whats) {
                steps.add(new Step(who, what));
            }
        }
    }

    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining(","));
    }
}
