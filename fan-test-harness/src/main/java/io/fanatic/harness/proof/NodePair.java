package io.fanatic.harness.proof;

import io.fanatic.core.FanMapping;
import io.fanatic.harness.lab.LabNode;

/**
 * Somebody who starts and somebody who shall answer.
 *
 * @param from who starts
 * @param to who shall answer
 */
public record NodePair(LabNode from, LabNode to) {

    /** {@return the fan in which they meet: that of the one who shall answer} */
    public FanMapping fan() {
        return to.host().slice().mapping();
    }

    /** {@code h1 to h2c1}. */
    @Override
    public String toString() {
        return from.name() + " to " + to.name();
    }
}
