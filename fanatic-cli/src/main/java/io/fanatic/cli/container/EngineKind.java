package io.fanatic.cli.container;

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

    /** As commands and options have it: {@code docker}. */
    public String word() {
        return word;
    }
}
