package io.fanatic.cli.order;

/**
 * How open a host is to a neighbour that is in no fan and routes to Docker's networks through it.
 *
 * @param unpublished whether it gets to a port of a container that nobody published
 * @param published whether it gets to one that is
 */
record Openness(boolean unpublished, boolean published) {
    /** Of a host without a Docker that runs. */
    static final Openness NONE = new Openness(false, false);
}
