package io.fanatic.core;

import java.util.Optional;

/** Who gives out a share of a slice, see {@link Shares}. */
public enum Share {
    /** Docker: its network of its own, or plain {@code docker run}; on one fan it is one or the other. */
    DOCKER("docker"),
    /** The fan's DHCP server, which serves LXD, Incus and whatever else asks. */
    DHCP("dhcp"),
    /** Podman. */
    PODMAN("podman"),
    /** CNI plugins, as containerd, CRI-O, ctr and nerdctl call them. */
    CNI("cni");

    private final String word;

    Share(String word) {
        this.word = word;
    }

    /** {@return the word for it in the flag {@code shares}} */
    public String word() {
        return word;
    }

    /**
     * {@return the share of that word; empty when it is none}
     *
     * @param word as {@link #word} gives it
     */
    public static Optional<Share> of(String word) {
        for (Share share : values()) {
            if (share.word.equals(word)) {
                return Optional.of(share);
            }
        }
        return Optional.empty();
    }

    /** The {@link #word}. */
    @Override
    public String toString() {
        return word;
    }
}
