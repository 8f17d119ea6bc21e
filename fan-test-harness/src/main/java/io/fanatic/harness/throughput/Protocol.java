package io.fanatic.harness.throughput;

/** What carries the data. */
public enum Protocol {
    /** One connection for each stream. */
    TCP,
    /** Numbered datagrams. */
    UDP
}
