package io.fanatic.netlink.strongswan;

import java.util.List;

/**
 * What became of an attempt to make keys with one other host.
 *
 * @param outcome of it
 * @param said what strongSwan of this host said of the cause, in its own words; empty where the outcome says all
 */
public record KeyExchange(Outcome outcome, String said) {

    /** How it ended. */
    public enum Outcome {
        /** There are keys. */
        MADE,
        /** The other host does not answer IKE. */
        SILENT,
        /** The other host answers IKE, and has no connection for such packets from this host. */
        NO_CONNECTION,
        /** The other host does not accept this host's key or certificate. */
        REFUSED,
        /** This host does not accept the other host's key or certificate. */
        DISTRUSTED,
        /** None of these, or strongSwan of this host could not be asked. */
        OTHER
    }

    /** What strongSwan says of another host that does not prove who it is, or proves to be another one. */
    private static final List<String> DISTRUST = List.of(
            "MAC mismatched",
            "no trusted",
            "no issuer certificate found",
            "certificate invalid",
            "was revoked",
            "address block constraint",
            "constraint check failed");

    static KeyExchange of(Handshake handshake) {
        if (handshake.made()) {
            return new KeyExchange(Outcome.MADE, "");
        }
        List<String> log = handshake.log();
        for (String line : log) {
            if (DISTRUST.stream().anyMatch(line::contains) && !line.contains(" is contained in ")) {
                return new KeyExchange(Outcome.DISTRUSTED, line);
            }
        }
        for (String line : log) {
            if (line.contains("AUTHENTICATION_FAILED") || line.contains("TS_UNACCEPTABLE")) {
                return new KeyExchange(Outcome.REFUSED, line);
            }
            if (line.contains("NO_PROPOSAL_CHOSEN")) {
                return new KeyExchange(Outcome.NO_CONNECTION, line);
            }
        }
        boolean sent = log.stream().anyMatch(line -> line.startsWith("sending packet"));
        boolean heard = log.stream().anyMatch(line -> line.startsWith("received packet"));
        return sent && !heard
                ? new KeyExchange(Outcome.SILENT, "")
                : new KeyExchange(Outcome.OTHER, log.isEmpty() ? "" : log.get(log.size() - 1));
    }
}
