package io.fanatic.netlink.engine;

import java.util.Optional;

/**
 * One step of a plan: a piece appears, disappears or becomes another. Its inverse leads back.
 *
 * @param from what is there; empty when the piece appears
 * @param to what will be there; empty when the piece disappears
 */
record Change(Optional<Piece> from, Optional<Piece> to) {

    static Change create(Piece piece) {
        return new Change(Optional.empty(), Optional.of(piece));
    }

    static Change delete(Piece piece) {
        return new Change(Optional.of(piece), Optional.empty());
    }

    static Change replace(Piece from, Piece to) {
        return new Change(Optional.of(from), Optional.of(to));
    }

    Change inverse() {
        return new Change(to, from);
    }

    void apply(Kernel kernel) {
        if (to.isEmpty()) {
            from.orElseThrow().delete(kernel);
        } else if (from.isEmpty()) {
            to.get().create(kernel);
        } else {
            to.get().change(kernel, from.get());
        }
    }

    /** One line for people. */
    @Override
    public String toString() {
        if (to.isEmpty()) {
            return from.orElseThrow().deleting();
        }
        return from.isEmpty() ? to.get().creating() : to.get().changing(from.get());
    }
}
