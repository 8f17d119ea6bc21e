package io.fanatic.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Juju's model setting {@code fan-config}: {@code underlay=overlay} pairs separated by white space, such as {@code
 * 172.31.0.0/16=252.0.0.0/8 10.0.0.0/16=250.0.0.0/8}. An empty text means no fan.
 *
 * @param fans the pairs in their order, none twice; no two overlays overlap
 */
public record JujuFanConfig(List<FanMapping> fans) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when a pair is given twice, or two overlays overlap, for then an address has two owners
     */
    public JujuFanConfig {
        fans = List.copyOf(fans);
        for (int i = 0; i < fans.size(); i++) {
            FanMapping fan = fans.get(i);
            if (fans.indexOf(fan) < i) {
                throw new IllegalArgumentException(Text.quote(pair(fan)) + " is given twice");
            }
            for (FanMapping other : fans.subList(0, i)) {
                if (other.overlay().overlaps(fan.overlay())) {
                    throw new IllegalArgumentException(Text.quote(pair(fan)) + ": its overlay is also that of "
                            + Text.quote(pair(other)) + "; choose another overlay");
                }
            }
        }
    }

    /**
     * Reads the setting. Where Juju takes 172.31.5.0/16 as 172.31.0.0/16, this refuses the host bits, for they are more
     * often a slip than meant.
     *
     * @param text the setting, possibly empty
     * @return the fans
     * @throws IllegalArgumentException when a pair is not underlay=overlay, or no fan can work like this; the message
     *     begins with the pair
     */
    public static JujuFanConfig parse(String text) {
        List<FanMapping> fans = new ArrayList<>();
        for (String pair : Text.words(text)) {
            fans.add(parsePair(pair));
        }
        return new JujuFanConfig(fans);
    }

    private static FanMapping parsePair(String pair) {
        int equals = pair.indexOf('=');
        if (equals < 0 || equals != pair.lastIndexOf('=')) {
            throw new IllegalArgumentException(Text.quote(pair)
                    + " is not a pair underlay=overlay; expected one such as 172.31.0.0/16=252.0.0.0/8");
        }
        try {
            Ipv4Prefix underlay = Ipv4Prefix.parse(pair.substring(0, equals));
            Ipv4Prefix overlay = Ipv4Prefix.parse(pair.substring(equals + 1));
            return FanMapping.of(overlay, underlay);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Text.quote(pair) + ": " + e.getMessage(), e);
        }
    }

    /**
     * {@return the parts of the overlays that a subnet owns, one of each fan that it lies in, see {@link
     * FanMapping#segment}; empty when in none}
     *
     * @param subnet any network
     */
    public List<Ipv4Prefix> segments(Ipv4Prefix subnet) {
        List<Ipv4Prefix> segments = new ArrayList<>();
        for (FanMapping fan : fans) {
            fan.segment(subnet).ifPresent(segments::add);
        }
        return List.copyOf(segments);
    }

    private static String pair(FanMapping fan) {
        return fan.underlay() + "=" + fan.overlay();
    }

    /** The text for Juju, pairs separated by one blank. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (FanMapping fan : fans) {
            text.append(text.length() == 0 ? "" : " ").append(pair(fan));
        }
        return text.toString();
    }
}
