package io.fanatic.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Fans of every legal shape, for property tests. */
final class LegalFans {

    private LegalFans() {}

    /** Prefix lengths of overlay and underlay. */
    record Shape(int overlay, int underlay) {}

    /** All pairs with a slice of at most /30; of overlays wider than /3 each holds a network that cannot be in one. */
    static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int o = 3; o <= 30; o++) {
            for (int u = o + 2; u <= 32; u++) {
                shapes.add(new Shape(o, u));
            }
        }
        return shapes;
    }

    /** Whether the fan is legal, told without the code under test. */
    static boolean isLegal(long overlay, int o, long underlay, int u) {
        return u > o
                && o + 32 - u <= 30
                && apart(overlay, o, underlay, u)
                && apart(overlay, o, 0x00000000L, 8)
                && apart(overlay, o, 0x7f000000L, 8)
                && apart(overlay, o, 0xa9fe0000L, 16)
                && apart(overlay, o, 0xe0000000L, 4);
    }

    private static boolean apart(long a, int lengthOfA, long b, int lengthOfB) {
        return a + (1L << (32 - lengthOfA)) <= b || b + (1L << (32 - lengthOfB)) <= a;
    }

    /** A legal fan of that shape; the same for the same random numbers. */
    static FanMapping ofShape(Shape shape, long seed) {
        Random random = new Random(seed);
        while (true) {
            Ipv4Prefix overlay = Ipv4Prefix.containing(Ipv4Address.of(random.nextInt()), shape.overlay());
            Ipv4Prefix underlay = Ipv4Prefix.containing(Ipv4Address.of(random.nextInt()), shape.underlay());
            if (isLegal(
                    overlay.network().bits() & 0xffffffffL,
                    shape.overlay(),
                    underlay.network().bits() & 0xffffffffL,
                    shape.underlay())) {
                return new FanMapping(overlay, underlay);
            }
        }
    }

    static Arbitrary<FanMapping> fans() {
        return Combinators.combine(Arbitraries.of(shapes()), Arbitraries.longs())
                .as(LegalFans::ofShape);
    }

    /** The address at that place in the network, taken modulo its size. */
    static Ipv4Address at(Ipv4Prefix network, int place) {
        return Ipv4Address.of(network.network().bits() | (place & ~network.mask()));
    }

    /** A host of the underlay: the address at that place, or a neighbour when no host can have that one. */
    static Ipv4Address hostAt(Ipv4Prefix underlay, int place) {
        Ipv4Address address = at(underlay, place);
        for (int step = -1; step <= 1; step++) {
            if (underlay.isHost(address.plus(step))) {
                return address.plus(step);
            }
        }
        throw new AssertionError("no host near " + address + " in " + underlay);
    }
}
