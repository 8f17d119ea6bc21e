package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.core.IpAddress;

/** The container engines that can put their containers on a fan. */
public enum EngineKind {
    DOCKER("Docker", "docker"),
    LXD("LXD", "lxd"),
    INCUS("Incus", "incus"),
    PODMAN("Podman", "podman"),
    CNI("CNI", "cni");

    private final String title;
    private final String word;

    EngineKind(String title, String word) {
        this.title = title;
        this.word = word;
    }

    /** As people write it: {@code Docker}. */
    public String title() {
        return title;
    }

    /**
     * Reads an address of the engine's.
     *
     * @throws CommandException when it is none
     */
    public IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(title + " names an address that is none: " + e.getMessage());
        }
    }

    /** As commands and options have it: {@code docker}. */
    public String word() {
        return word;
    }
}
