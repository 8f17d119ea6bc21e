package io.fanatic.harness.report.format;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The colours of the heat maps: from dark blue to yellow, growing lighter evenly and without red against green, so that they can be
 * told apart with any colour vision and in grey (the idea of Nuñez, Anderton and Renslow, "cividis", 2018).
 */
final class Palette {
    /** How many steps there are; finer ones nobody sees. */
    static final int STEPS = 32;

    private static final int[] STOPS = {
        0x00204d, 0x00306f, 0x39486b, 0x575d6d, 0x707173, 0x8a8779, 0xa69d75, 0xc4b56c, 0xe4cf5b, 0xffea46
    };

    private Palette() {}

    /** The colour of a step, 0 (worst) to {@link #STEPS} - 1 (best), as in {@code #00204d}. */
    static String colour(int step) {
        double at = (double) step / (STEPS - 1) * (STOPS.length - 1);
        int low = (int) Math.min(STOPS.length - 2, Math.floor(at));
        double share = at - low;
        int colour = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = STOPS[low] >> shift & 0xff;
            int to = STOPS[low + 1] >> shift & 0xff;
            colour |= (int) Math.round(from + (to - from) * share) << shift;
        }
        return String.format("#%06x", colour);
    }

    /** Black or white, whichever can be read on that step's colour. */
    static String ink(int step) {
        int rgb = Integer.parseInt(colour(step).substring(1), 16);
        double light =
                0.2126 * linear(rgb >> 16 & 0xff) + 0.7152 * linear(rgb >> 8 & 0xff) + 0.0722 * linear(rgb & 0xff);
        // WCAG 2.2's contrast against white is 1.05 / (light + 0.05), against black (light + 0.05) / 0.05.
        return 1.05 / (light + 0.05) > (light + 0.05) / 0.05 ? "#fff" : "#000";
    }

    private static double linear(int channel) {
        double share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }

    /**
     * One step.
     *
     * @param ink to write on it with
     */
    record Colour(int step, String background, String ink) {}

    static List<Colour> colours() {
        return IntStream.range(0, STEPS)
                .mapToObj(step -> new Colour(step, colour(step), ink(step)))
                .toList();
    }

    /** All of it from left to right, as a background. */
    static String gradient() {
        StringBuilder css = new StringBuilder("linear-gradient(90deg");
        for (int step = 0; step < STEPS; step += STEPS / 8) {
            css.append(',').append(colour(step));
        }
        return css.append(',').append(colour(STEPS - 1)).append(')').toString();
    }
}
