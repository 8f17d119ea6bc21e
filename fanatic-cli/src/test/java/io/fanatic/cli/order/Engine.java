package io.fanatic.cli.order;

import static io.fanatic.cli.CliRun.fanatic;

import io.fanatic.harness.lab.LabHost;
import java.util.ArrayList;
import java.util.List;

/** A container engine, which is put on the fan as soon as both run, and has a container there from then on. */
abstract class Engine implements Participant {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    final LabHost host;
    private final String enable;
    private final List<Box> boxes = new ArrayList<>();
    private boolean enabled;
    private int fanOfBoxes;

    /** @param enable the command that puts it on the fan */
    Engine(LabHost host, String enable) {
        this.host = host;
        this.enable = enable;
    }

    /** As {@code fanatic show} calls it. */
    abstract String title();

    /** Of the containers on the fan; each runs, or is started, or the test has failed. */
    abstract List<Box> running();

    /** Starts again what is on the fan, after the fan was gone. */
    abstract void reattach();

    /** Removes its containers. */
    abstract void empty();

    /** What it has itself that a fan could leave: networks, profiles. */
    abstract List<String> traces();

    /** Whether its containers go on without it. */
    abstract boolean containersOutliveIt();

    /** Whether there is one that answers or does not. */
    boolean hasDaemon() {
        return true;
    }

    /** Whether it starts only where the fan is. */
    boolean needsTheFan() {
        return false;
    }

    final boolean enabled() {
        return enabled;
    }

    /**
     * After a step: on the fan, if there is one, with its containers.
     *
     * @param fan which fan that is, since each time that it comes it is another; 0 for none
     */
    final void settle(int fan) {
        if (!runs()) {
            if (!containersOutliveIt()) {
                boxes.clear();
            }
            return;
        }
        boxes.clear();
        if (fan == 0) {
            return;
        }
        if (!enabled) {
            fanatic(host, enable + FAN).done();
            enabled = true;
            fanOfBoxes = fan;
        }
        if (fan != fanOfBoxes) {
            reattach();
            fanOfBoxes = fan;
        }
        boxes.addAll(running());
    }

    /** Its containers on the fan that there is, as they were after the last step. */
    final List<Box> boxes(int fan) {
        return fan == fanOfBoxes ? List.copyOf(boxes) : List.of();
    }
}
