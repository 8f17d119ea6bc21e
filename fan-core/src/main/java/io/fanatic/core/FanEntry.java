package io.fanatic.core;

import java.util.List;
import java.util.Optional;

/**
 * One fan as a user asks for it, in a line of /etc/network/fan or on a command line.
 *
 * @param overlay the network that containers see
 * @param underlay where the fan's packets travel
 * @param options the flags
 */
public record FanEntry(Ipv4Prefix overlay, UnderlaySpec underlay, FanOptions options) {

    private static final String FORM = "<overlay> <underlay> [flag...], such as 250.0.0.0/8 10.0.0.0/16 dhcp";

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when no fan can work like this, as far as it can be told without the host
     */
    public FanEntry {
        Overlays.requireUsable(overlay);
        if (underlay.underlay().isPresent()) {
            FanMapping.of(overlay, underlay.underlay().get());
        }
        if (underlay.prefixLength().isPresent()) {
            int u = underlay.prefixLength().getAsInt();
            FanMapping.requireFit(overlay, u);
            FanSlice.requireReserve(options.hostReserve(), FanMapping.slicePrefixLength(overlay.prefixLength(), u));
        }
    }

    /**
     * {@return the fan of these two, without any flag}
     *
     * @param overlay the network that containers see
     * @param underlay where the fan's packets travel
     * @throws IllegalArgumentException as the constructor
     */
    public static FanEntry of(Ipv4Prefix overlay, UnderlaySpec underlay) {
        return new FanEntry(overlay, underlay, FanOptions.DEFAULT);
    }

    /**
     * Reads a line, as {@link #toString} writes it: {@code 250.0.0.0/8 10.0.0.0/16 mtu 1400}.
     *
     * @param line as {@link #parse(List)} reads its words
     * @return what it asks for
     * @throws IllegalArgumentException as {@link #parse(List)}
     */
    public static FanEntry parse(String line) {
        return parse(Text.words(line));
    }

    /**
     * Reads {@code <overlay> <underlay> [flag...]}, or with underlay and overlay swapped: of two networks the one with
     * the shorter prefix is the overlay, and an interface or {@code default} is always the underlay.
     *
     * @param words overlay, underlay and flags, each a word of its own
     * @return what they ask for
     * @throws IllegalArgumentException when the words say anything else; the message quotes the offending word and says
     *     what was expected
     */
    public static FanEntry parse(List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("nothing given; expected " + FORM);
        }
        UnderlaySpec first = place(words.get(0));
        if (words.size() == 1) {
            throw new IllegalArgumentException(Text.quote(words.get(0)) + " stands alone; expected " + FORM);
        }
        UnderlaySpec second = place(words.get(1));
        boolean overlayFirst = isOverlay(first, second);
        return new FanEntry(
                overlay(overlayFirst ? first : second),
                overlayFirst ? second : first,
                FanOptions.parse(words.subList(2, words.size())));
    }

    /** An overlay reads as an underlay of the form 10.0.0.0/16, so one parser does for both. */
    private static UnderlaySpec place(String word) {
        if (FanFlag.of(word).isPresent()) {
            throw new IllegalArgumentException(Text.quote(word) + " stands where overlay or underlay should; expected "
                    + FORM + " (for an interface of that name give its prefix length too)");
        }
        return UnderlaySpec.parse(word);
    }

    /** Whether the first is the overlay, rather than the second. */
    private static boolean isOverlay(UnderlaySpec first, UnderlaySpec second) {
        if (first.underlay().isEmpty() && second.underlay().isEmpty()) {
            throw new IllegalArgumentException("neither " + Text.quote(first.toString()) + " nor "
                    + Text.quote(second.toString()) + " is an overlay, such as 250.0.0.0/8");
        }
        if (first.underlay().isEmpty() || second.underlay().isEmpty()) {
            return first.underlay().isPresent();
        }
        int difference =
                second.underlay().get().prefixLength() - first.underlay().get().prefixLength();
        if (difference == 0) {
            throw new IllegalArgumentException(first + " and " + second
                    + " have the same prefix length; the overlay's must be shorter by at least 2");
        }
        return difference > 0;
    }

    private static Ipv4Prefix overlay(UnderlaySpec network) {
        return Ipv4Prefix.parse(network.toString());
    }

    /**
     * {@return the same fan with other options}
     *
     * @param others in place of all of its options
     * @throws IllegalArgumentException when they do not go with the networks
     */
    public FanEntry withOptions(FanOptions others) {
        return new FanEntry(overlay, underlay, others);
    }

    /** {@return the arithmetic, when the underlay's network is known without asking the host; else empty} */
    public Optional<FanMapping> mapping() {
        return underlay.underlay().isPresent()
                ? Optional.of(FanMapping.of(overlay, underlay.underlay().get()))
                : Optional.empty();
    }

    /**
     * {@return whether this is about that overlay and that underlay, written the same way}
     *
     * @param otherOverlay any network
     * @param otherUnderlay any underlay
     */
    public boolean isFan(Ipv4Prefix otherOverlay, UnderlaySpec otherUnderlay) {
        // By text, which is its parser's inverse: a record's equals would start slowly, see Ipv4Address.
        return overlay.equals(otherOverlay) && underlay.toString().equals(otherUnderlay.toString());
    }

    /** The line for /etc/network/fan, overlay first, without the line feed. */
    @Override
    public String toString() {
        String flags = options.toString();
        return overlay + " " + underlay + (flags.isEmpty() ? "" : " " + flags);
    }
}
