package io.fanatic.core;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a slice is divided between those who give out its addresses, so that none is given twice. A share is 1/2^k of the
 * slice, an aligned block. They are placed from the slice's top downward, the larger ones first, and equal ones in the order
 * of {@link Share}; so which addresses a share has follows from the shares alone, on every host and in whatever order engines
 * come and go. By default:
 *
 * <pre>
 *   250.0.45.0   /27   cni     1/8   from .2 on, past the host address
 *   250.0.45.32  /27   podman  1/8
 *   250.0.45.64  /26   dhcp    1/4
 *   250.0.45.128 /25   docker  1/2   to .254
 * </pre>
 *
 * <p>The slice's first and last address and the host reserve are no container's, whosever share they lie in. Values of this
 * class never change.
 */
public final class Shares {

    /** What a fan has where nothing is said: docker 1/2, dhcp 1/4, podman 1/8, cni 1/8. */
    public static final Shares DEFAULT = new Shares(new int[] {1, 2, 3, 3});

    /** For messages and help. */
    public static final String FORM =
            "ENGINE:FRACTION,... with docker, dhcp, podman or cni, and all, 1/2, 1/4, to 1/256";

    private static final Share[] ORDER = Share.values();
    private static final int SMALLEST = 8;
    private static final int WHOLE = 1 << SMALLEST;
    private static final int NONE = -1;

    /** By share: k of 1/2^k, or NONE. */
    private final int[] halvings;

    private Shares(int[] halvings) {
        this.halvings = halvings;
    }

    /**
     * Reads {@code docker:1/2,dhcp:1/4}. Who is not named has no share.
     *
     * @param text engines and fractions, see {@link #FORM}
     * @return the shares
     * @throws IllegalArgumentException when the text says anything else, names one twice or gives away more than the slice
     */
    public static Shares parse(String text) {
        int[] halvings = none();
        for (int start = 0; start <= text.length(); ) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            int colon = text.indexOf(':', start);
            if (colon < 0 || colon > end) {
                throw notShares(text);
            }
            Share share = Share.of(text.substring(start, colon)).orElseThrow(() -> notShares(text));
            if (halvings[share.ordinal()] != NONE) {
                throw new IllegalArgumentException(Text.quote(text) + " names " + share + " twice");
            }
            halvings[share.ordinal()] = halvings(text, text.substring(colon + 1, end));
            start = end + 1;
        }
        return checked(halvings, Text.quote(text));
    }

    private static int halvings(String text, String fraction) {
        for (int k = 0; k <= SMALLEST; k++) {
            if (fraction.equals(fraction(k))) {
                return k;
            }
        }
        throw notShares(text);
    }

    private static IllegalArgumentException notShares(String text) {
        return new IllegalArgumentException(Text.quote(text) + " is not a list of shares; expected " + FORM);
    }

    private static Shares checked(int[] halvings, String what) {
        Shares shares = new Shares(halvings);
        if (shares.given() > WHOLE) {
            throw new IllegalArgumentException(what + " gives away more than the whole slice");
        }
        return shares;
    }

    private static int[] none() {
        int[] none = new int[ORDER.length];
        Arrays.fill(none, NONE);
        return none;
    }

    private static String fraction(int halvings) {
        return halvings == 0 ? "all" : "1/" + (1 << halvings);
    }

    /**
     * Reads {@link #compact}.
     *
     * @param text four characters
     * @return the shares
     * @throws IllegalArgumentException when the text says anything else
     */
    public static Shares ofCompact(String text) {
        int[] halvings = none();
        for (int i = 0; i < text.length() && text.length() == ORDER.length; i++) {
            char c = text.charAt(i);
            if (c != '-') {
                halvings[i] = c < '0' || c > '0' + SMALLEST ? WHOLE : c - '0';
            }
        }
        if (text.length() != ORDER.length || Arrays.equals(halvings, none()) || isAbove(halvings)) {
            throw new IllegalArgumentException(Text.quote(text) + " is not the compact form of shares");
        }
        return checked(halvings, Text.quote(text));
    }

    private static boolean isAbove(int[] halvings) {
        for (int k : halvings) {
            if (k > SMALLEST) {
                return true;
            }
        }
        return false;
    }

    /** {@return a short form for the kernel's ifalias: the power of two of each share, or a dash; {@code 1233} by default} */
    public String compact() {
        StringBuilder text = new StringBuilder(ORDER.length);
        for (int k : halvings) {
            text.append(k == NONE ? "-" : Integer.toString(k));
        }
        return text.toString();
    }

    /** In parts of 1/256 of the slice. */
    private int given() {
        int sum = 0;
        for (int k : halvings) {
            sum += k == NONE ? 0 : WHOLE >> k;
        }
        return sum;
    }

    /**
     * {@return how much of a slice it is: {@code all}, or {@code 1/2} to {@code 1/256}; empty when there is none}
     *
     * @param share whose
     */
    public Optional<String> fraction(Share share) {
        int k = halvings[share.ordinal()];
        return k == NONE ? Optional.empty() : Optional.of(fraction(k));
    }

    /**
     * {@return the block of a slice that is a share; empty when there is none, or when it is less than one address}
     *
     * @param share whose
     * @param slice of any fan
     */
    public Optional<Ipv4Prefix> block(Share share, FanSlice slice) {
        Ipv4Prefix whole = slice.cidr();
        int k = halvings[share.ordinal()];
        if (k == NONE || whole.prefixLength() + k > 32) {
            return Optional.empty();
        }
        int above = WHOLE >> k;
        for (Share other : ORDER) {
            int j = halvings[other.ordinal()];
            if (j != NONE && (j < k || j == k && other.ordinal() < share.ordinal())) {
                above += WHOLE >> j;
            }
        }
        long offset = whole.size() * (WHOLE - above) / WHOLE;
        return Optional.of(
                new Ipv4Prefix(Ipv4Address.of(whole.network().bits() + (int) offset), whole.prefixLength() + k));
    }

    /**
     * {@return the addresses that containers can have in a share; empty when there are none}
     *
     * @param share whose
     * @param slice of any fan
     */
    public Optional<Ipv4Range> range(Share share, FanSlice slice) {
        Optional<Ipv4Prefix> block = block(share, slice);
        if (block.isEmpty()) {
            return Optional.empty();
        }
        Ipv4Address first = block.get().network();
        Ipv4Address last = block.get().last();
        if (first.compareTo(slice.firstContainerAddress()) < 0) {
            first = slice.firstContainerAddress();
        }
        if (last.compareTo(slice.lastContainerAddress()) > 0) {
            last = slice.lastContainerAddress();
        }
        return first.compareTo(last) > 0 ? Optional.empty() : Optional.of(new Ipv4Range(first, last));
    }

    /**
     * {@return as {@link #range}}
     *
     * @param share whose
     * @param slice of any fan
     * @throws IllegalArgumentException when there are no such addresses; the message says why and which shares have them
     */
    public Ipv4Range requireRange(Share share, FanSlice slice) {
        Optional<Ipv4Range> range = range(share, slice);
        if (range.isPresent()) {
            return range.get();
        }
        Optional<String> fraction = fraction(share);
        if (fraction.isEmpty()) {
            throw new IllegalArgumentException("there is no share for " + share + " in the slice " + slice.cidr()
                    + " (shares " + this + "); give it one, such as: shares " + with(share));
        }
        throw new IllegalArgumentException("the share of " + share + ", " + fraction.get() + " of the slice "
                + slice.cidr() + ", has no address for a container; give it a larger one, such as: shares " + share
                + ":all");
    }

    /** These with a share for somebody who has none: what is free, or half of what the largest has. */
    private Shares with(Share share) {
        int[] more = halvings.clone();
        int free = WHOLE - given();
        if (free > 0) {
            more[share.ordinal()] = SMALLEST - (31 - Integer.numberOfLeadingZeros(free));
            return new Shares(more);
        }
        int largest = 0;
        for (int i = 0; i < more.length; i++) {
            if (more[i] != NONE && (more[largest] == NONE || more[i] < more[largest])) {
                largest = i;
            }
        }
        more[largest]++;
        more[share.ordinal()] = more[largest];
        return new Shares(more);
    }

    /**
     * {@return whose share an address of a slice lies in; empty when it is nobody's}
     *
     * @param slice of any fan
     * @param address any address
     */
    public Optional<Share> owner(FanSlice slice, Ipv4Address address) {
        for (Share share : ORDER) {
            if (block(share, slice).filter(block -> block.contains(address)).isPresent()) {
                return Optional.of(share);
            }
        }
        return Optional.empty();
    }

    // By hand to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Shares shares && Arrays.equals(shares.halvings, halvings);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(halvings);
    }

    /** {@code docker:1/2,dhcp:1/4,podman:1/8,cni:1/8}, as {@link #parse} reads it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Share share : ORDER) {
            int k = halvings[share.ordinal()];
            if (k != NONE) {
                text.append(text.length() == 0 ? "" : ",")
                        .append(share.word())
                        .append(':')
                        .append(fraction(k));
            }
        }
        return text.toString();
    }
}
