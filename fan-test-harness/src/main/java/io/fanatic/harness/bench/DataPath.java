package io.fanatic.harness.bench;

/**
 * A way for packets from a sender to a receiver on this machine.
 *
 * @param name what the reports call it
 */
public record DataPath(String name, Endpoint sender, Endpoint receiver) {}
