package io.fanatic.cli.order;

import java.util.Locale;

/** One step of an order: {@code docker-kill}. */
record Step(Who who, What what) {

    /** What happens to somebody, by the word that ends a step. */
    enum What {
        START,
        /** As at the end of a service: a fan that containers are on stays. */
        STOP,
        /** Stopped and started in one go; a firewall loads its rules anew. */
        RESTART,
        /** By kill -9; a fan loses its devices, a firewall keeps its rules. */
        KILL,
        /** As a package does it: engines are stopped and another process starts on their data, a fan is brought up while it is up. */
        UPGRADE
    }

    static Step parse(String words) {
        int dash = words.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("\"" + words + "\" is no step; one is docker-start");
        }
        return new Step(
                Who.valueOf(words.substring(0, dash).toUpperCase(Locale.ROOT)),
                What.valueOf(words.substring(dash + 1).toUpperCase(Locale.ROOT)));
    }

    @Override
    public String toString() {
        return who.word() + "-" + what.name().toLowerCase(Locale.ROOT);
    }
}
