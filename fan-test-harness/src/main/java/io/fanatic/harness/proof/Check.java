package io.fanatic.harness.proof;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.SpoofResult;
import io.fanatic.harness.probe.TransferResult;
import java.util.Optional;

/** One thing that a {@link Proof} looked at, and what it found. */
public sealed interface Check {

    /** {@return whether it was as it should be} */
    boolean ok();

    /** {@return what was looked at and found, in one line for a person} */
    String sentence();

    /**
     * Echo requests from one node to another.
     *
     * @param from who asks
     * @param to who shall answer
     * @param result of packets as large as the fan's MTU
     */
    record Pinged(LabNode from, LabNode to, PingResult result) implements Check {
        @Override
        public boolean ok() {
            return result.ok();
        }

        @Override
        public String sentence() {
            return from.name() + " pings " + to.name() + ", " + result;
        }
    }

    /**
     * Random bytes both ways between two nodes.
     *
     * @param from who connects
     * @param to the other node's name, or {@code outside}
     * @param expectedSource what the listener must see as the connector's address
     * @param result what arrived
     */
    record Transferred(LabNode from, String to, IpAddress expectedSource, TransferResult result) implements Check {
        @Override
        public boolean ok() {
            return result.ok() && result.source().equals(Optional.of(expectedSource));
        }

        @Override
        public String sentence() {
            String text = from.name() + " and " + to + " exchange " + result.bytes() + " bytes: ";
            if (!result.ok()) {
                return text + result.error();
            }
            String seen = result.source().map(IpAddress::toString).orElse("nobody");
            return text + "intact, " + from.name() + " seen as " + seen + (ok() ? "" : " instead of " + expectedSource);
        }
    }

    /**
     * Forged frames among honest ones.
     *
     * @param what who pretended to be whom
     * @param result what came of it
     */
    record Spoofed(String what, SpoofResult result) implements Check {
        @Override
        public boolean ok() {
            return result.ok();
        }

        @Override
        public String sentence() {
            return what + ": " + result;
        }
    }
}
