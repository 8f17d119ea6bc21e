package io.fanatic.harness.reach;

import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.throughput.Conditions;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.Throughput;
import java.util.Locale;
import java.util.Optional;

/** One thing that was tried with a peer, and what came of it. */
public sealed interface Stage {

    /** {@return a short name, the same for each peer: {@code ping}, {@code echo, long}} */
    String name();

    /** {@return how it ended} */
    Status status();

    /** {@return what came of it, in a line for a person} */
    String sentence();

    /** {@return whether it passed} */
    default boolean ok() {
        return status() == Status.PASSED;
    }

    /** How a stage ended. */
    enum Status {
        /** It was tried and all was well. */
        PASSED,
        /** It was tried and something was wrong. */
        FAILED,
        /** Not tried, since it could not have passed. */
        SKIPPED;

        private static Status of(boolean ok) {
            return ok ? PASSED : FAILED;
        }
    }

    /**
     * Echo requests to the peer's host address.
     *
     * @param result round trips and losses
     */
    record Pinged(PingResult result) implements Stage {
        @Override
        public String name() {
            return "ping";
        }

        @Override
        public Status status() {
            return Status.of(result.ok());
        }

        @Override
        public String sentence() {
            if (result.received() == 0) {
                return "none of " + result.sent() + " answered"
                        + (result.error().isEmpty() ? "" : ": " + result.error());
            }
            return String.format(
                    Locale.ROOT,
                    "min %.3f, avg %.3f, p99 %.3f ms; %d of %d lost",
                    result.minNanos() / 1e6,
                    result.averageNanos() / 1e6,
                    result.p99Nanos() / 1e6,
                    result.sent() - result.received(),
                    result.sent());
        }
    }

    /**
     * Packets without encapsulation, each way; tried where the fan has the option, told where the peer sends such.
     *
     * @param why what makes them impossible; empty where they pass, or are not needed
     * @param sentence what came of it, in a line for a person
     */
    record Direct(Optional<Explanation> why, String sentence) implements Stage {
        @Override
        public String name() {
            return "direct";
        }

        @Override
        public Status status() {
            return Status.of(why.isEmpty());
        }
    }

    /**
     * Names of the peer's containers, asked for as those of this host do; tried where the fan has names here.
     *
     * @param why what is wrong; empty where the peer answers
     * @param sentence what came of it, in a line for a person
     */
    record Named(Optional<Explanation> why, String sentence) implements Stage {
        @Override
        public String name() {
            return "names";
        }

        @Override
        public Status status() {
            return Status.of(why.isEmpty());
        }
    }

    /**
     * Packets as large as the fan's MTU that must not be fragmented.
     *
     * @param mtu of the fan, bytes
     * @param result of packets of exactly that size
     * @param largest bytes of the largest packet that passed: the MTU when all is well, else found by bisection
     */
    record PathMtu(int mtu, PingResult result, int largest) implements Stage {
        @Override
        public String name() {
            return "path MTU";
        }

        @Override
        public Status status() {
            return Status.of(result.ok());
        }

        @Override
        public String sentence() {
            if (result.ok()) {
                return "packets of " + mtu + " bytes pass unfragmented";
            }
            return result.received() > 0
                    ? "packets of " + mtu + " bytes: " + result.received() + " of " + result.sent() + " pass"
                    : "packets of " + mtu + " bytes do not pass, of " + largest + " do";
        }
    }

    /**
     * Data to echo or discard.
     *
     * @param service which
     * @param bytes how many were to go
     * @param nanos from the connection's start to the last byte's return; 0 when it failed
     * @param trouble of what kind
     * @param error in words, empty when all came back as it was sent
     */
    record Exchanged(Service service, long bytes, long nanos, TransferFailure trouble, String error) implements Stage {
        @Override
        public String name() {
            return service.title();
        }

        @Override
        public Status status() {
            return Status.of(trouble == TransferFailure.NONE);
        }

        @Override
        public String sentence() {
            if (trouble != TransferFailure.NONE) {
                return error;
            }
            String what = service.comesBack() ? " bytes back, checksum equal" : " bytes taken";
            return String.format(Locale.ROOT, "%d%s, %.1f ms", bytes, what, nanos / 1e6);
        }
    }

    /**
     * Throughput one way.
     *
     * @param direction as this host sees it
     * @param result with its conditions
     */
    record Rate(Direction direction, Throughput result) implements Stage {
        @Override
        public String name() {
            return direction == Direction.SEND ? "throughput to it" : "throughput from it";
        }

        @Override
        public Status status() {
            return Status.of(result instanceof Throughput.Measured measured && measured.receivedBytes() > 0);
        }

        @Override
        public String sentence() {
            if (result instanceof Throughput.Failed failed) {
                return failed.sentence();
            }
            Throughput.Measured measured = (Throughput.Measured) result;
            String loss = measured.spec().protocol() == Protocol.TCP
                    ? measured.retransmits() + " retransmits"
                    : String.format(Locale.ROOT, "%.1f%% lost", measured.lostShare() * 100);
            Conditions at = measured.conditions();
            String congestion = direction == Direction.SEND ? at.congestion() : at.peerCongestion();
            return Units.bitsPerSecond(measured.bitsPerSecond()) + ", " + loss
                    + (congestion.equals("none") ? "" : ", " + congestion) + ", MTU " + at.mtu()
                    + (at.streams() == 1 ? "" : ", " + at.streams() + " streams");
        }
    }

    /**
     * The same by IPv6.
     *
     * @param stage what was tried
     */
    record ByIpv6(Stage stage) implements Stage {
        @Override
        public String name() {
            return "IPv6 " + stage.name();
        }

        @Override
        public Status status() {
            return stage.status();
        }

        @Override
        public String sentence() {
            return stage.sentence();
        }
    }

    /**
     * Not tried.
     *
     * @param name of the stage
     * @param because why, in words
     */
    record Skipped(String name, String because) implements Stage {
        @Override
        public Status status() {
            return Status.SKIPPED;
        }

        @Override
        public String sentence() {
            return because;
        }
    }
}
