package io.fanatic.cli.order;

import io.fanatic.cli.order.Step.What;

/** Somebody on the host whom the steps of an {@link Order} happen to. */
interface Participant extends AutoCloseable {

    void start();

    void stop();

    void kill();

    default void restart() {
        stop();
        start();
    }

    default void upgrade() {
        restart();
    }

    boolean runs();

    /** After each step, before the engines put themselves on the fan. */
    default void prepare(boolean fanIsUp) {}

    /** Ends it, and what it has. */
    @Override
    void close();

    default void undergo(What what) {
        switch (what) {
            case START -> start();
            case STOP -> stop();
            case RESTART -> restart();
            case KILL -> kill();
            case UPGRADE -> upgrade();
        }
    }
}
