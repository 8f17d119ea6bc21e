package io.fanatic.harness.scenario;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One step of a {@link Scenario}: something that is done, or something that is expected to hold. */
public sealed interface Step {

    /** {@return the line where it stands in the file, from 1} */
    int line();

    /** {@return the step in a few words, for people: {@code reach all}} */
    String text();

    /**
     * Pairs that must, or must not, reach each other.
     *
     * @param line where it stands, from 1
     * @param ends who; every member of each fan to every other one when empty
     * @param reachable whether they must
     */
    record Reach(int line, List<Ends> ends, boolean reachable) implements Step {
        /** Copies the list. */
        public Reach {
            ends = List.copyOf(ends);
        }

        @Override
        public String text() {
            return (reachable ? "reach " : "unreachable ") + names(ends);
        }
    }

    /**
     * A rate that must be kept, in bit/s each way.
     *
     * @param line where it stands, from 1
     * @param ends who; every member of each fan to every other one when empty
     * @param atLeast the lowest that passes
     * @param atMost the highest that passes
     */
    record Throughput(int line, List<Ends> ends, OptionalLong atLeast, OptionalLong atMost) implements Step {
        /** Copies the list. */
        public Throughput {
            ends = List.copyOf(ends);
        }

        @Override
        public String text() {
            return "throughput " + names(ends)
                    + (atLeast.isPresent() ? " at least " + rateText(atLeast.getAsLong()) : "")
                    + (atMost.isPresent() ? " at most " + rateText(atMost.getAsLong()) : "");
        }
    }

    /**
     * A share of unanswered echo requests.
     *
     * @param line where it stands, from 1
     * @param ends who; every member of each fan to every other one when empty
     * @param packets how many are sent
     * @param bytes after the ICMP header of each, which must not be fragmented
     * @param atLeast the least that passes, 0 to 1
     * @param atMost the most that passes, 0 to 1
     */
    record Loss(int line, List<Ends> ends, int packets, int bytes, OptionalDouble atLeast, OptionalDouble atMost)
            implements Step {
        /** Copies the list. */
        public Loss {
            ends = List.copyOf(ends);
        }

        @Override
        public String text() {
            return "loss " + names(ends)
                    + (atLeast.isPresent() ? " at least " + Quantity.percent(atLeast.getAsDouble()) : "")
                    + (atMost.isPresent() ? " at most " + Quantity.percent(atMost.getAsDouble()) : "");
        }
    }

    /**
     * Changes a host's cable; what is empty stays as it is.
     *
     * @param line where it stands, from 1
     * @param host its number
     * @param up plugged in or not
     * @param rate the limit in bit/s each way, 0 for none
     * @param loss the share of packets lost each way, 0 to 1
     * @param mtu bytes
     */
    record Link(int line, int host, Optional<Boolean> up, OptionalLong rate, OptionalDouble loss, OptionalInt mtu)
            implements Step {
        @Override
        public String text() {
            return "link of h" + host
                    + up.map(state -> state ? ", up" : ", down").orElse("")
                    + (rate.isPresent() ? ", rate " + rateText(rate.getAsLong()) : "")
                    + (loss.isPresent() ? ", loss " + Quantity.percent(loss.getAsDouble()) : "")
                    + (mtu.isPresent() ? ", MTU " + mtu.getAsInt() : "");
        }
    }

    /**
     * Stops a host: containers away, fans down, cable unplugged.
     *
     * @param line where it stands, from 1
     * @param host its number
     */
    record Stop(int line, int host) implements Step {
        @Override
        public String text() {
            return "stop h" + host;
        }
    }

    /**
     * Starts a stopped host again.
     *
     * @param line where it stands, from 1
     * @param host its number
     */
    record Start(int line, int host) implements Step {
        @Override
        public String text() {
            return "start h" + host;
        }
    }

    /**
     * Two ends, by name.
     *
     * @param from a name
     * @param to a name, or {@code all} for everybody whom the first may know
     */
    record Ends(String from, String to) {
        /** {@code h1 to h2c1}. */
        @Override
        public String toString() {
            return from + " to " + to;
        }
    }

    private static String names(List<Ends> ends) {
        return ends.isEmpty()
                ? "all"
                : ends.size() == 1 ? ends.get(0).toString() : ends.get(0) + " and " + (ends.size() - 1) + " more";
    }

    private static String rateText(long bitsPerSecond) {
        return bitsPerSecond == 0 ? "none" : Quantity.rate((double) bitsPerSecond);
    }
}
