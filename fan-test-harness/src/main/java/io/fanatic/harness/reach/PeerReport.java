package io.fanatic.harness.reach;

import io.fanatic.core.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * What came of a test of one peer.
 *
 * @param given the address that was asked for
 * @param peer the host that is meant; empty when no fan of this host leads there
 * @param stages in the order tried; empty when there was nothing to try
 * @param explanation why it failed; empty when it passed
 */
public record PeerReport(IpAddress given, Optional<Peer> peer, List<Stage> stages, Optional<Explanation> explanation) {

    /** Copies the list. */
    public PeerReport {
        stages = List.copyOf(stages);
    }

    /** {@return whether there was something to try and nothing of it failed} A host without IPv6 passes. */
    public boolean ok() {
        return explanation.isEmpty()
                && !stages.isEmpty()
                && stages.stream().noneMatch(stage -> stage.status() == Stage.Status.FAILED);
    }

    /**
     * {@return the command that goes on with why it failed, with the fan's own networks in it, and on which host it is to be run where that
     * is the other one; empty when it passed}
     */
    public String advice() {
        if (explanation.isEmpty()) {
            return "";
        }
        Explanation why = explanation.get();
        String command = why.command();
        if (peer.isPresent()) {
            command = command.replace(
                            "UNDERLAY", peer.get().fan().mapping().underlay().toString())
                    .replace("OVERLAY", peer.get().fan().overlay().toString());
        }
        return why.isThere() && peer.isPresent() ? "on " + peer.get().underlay() + ": " + command : command;
    }
}
