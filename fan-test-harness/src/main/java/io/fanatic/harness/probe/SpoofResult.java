package io.fanatic.harness.probe;

/**
 * What became of a {@link Spoof}.
 *
 * @param sent forged frames sent
 * @param delivered forged frames that the receiver got
 * @param controls how many of the {@value Spoof#CONTROLS} honest frames around them the receiver got
 * @param refused by how much the counter of refused frames grew meanwhile
 */
public record SpoofResult(int sent, int delivered, int controls, long refused) {

    /** {@return whether no forged frame arrived, each was counted as refused, and the honest ones arrived} */
    public boolean ok() {
        return sent > 0 && delivered == 0 && controls == Spoof.CONTROLS && refused >= sent;
    }

    /** {@code 3 forged frames: 0 delivered, 3 refused; 2 of 2 honest ones delivered}. */
    @Override
    public String toString() {
        return sent + " forged frames: " + delivered + " delivered, " + refused + " refused; " + controls + " of "
                + Spoof.CONTROLS + " honest ones delivered";
    }
}
