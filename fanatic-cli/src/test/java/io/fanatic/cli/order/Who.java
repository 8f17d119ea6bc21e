package io.fanatic.cli.order;

import java.util.Locale;

/** Who takes part in an {@link Order}, by the word that begins a step. */
enum Who {
    /** The fan, as the units of the package start and stop it. */
    FAN,
    /** Docker, with a network of its own on the fan. */
    DOCKER,
    /** Docker, with plain {@code docker run} on the fan. */
    PLAINDOCKER,
    LXD,
    INCUS,
    /** Podman, which has no daemon: its container. */
    PODMAN,
    /** With what the doctor advises. */
    FIREWALLD,
    /** With the fan's port open and the fan's bridge let through. */
    UFW;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Two of them that a host has one of. */
    boolean excludes(Who other) {
        return (this == DOCKER && other == PLAINDOCKER)
                || (this == PLAINDOCKER && other == DOCKER)
                || (this == FIREWALLD && other == UFW)
                || (this == UFW && other == FIREWALLD);
    }
}
