package io.fanatic.harness.iperf;

/** What carries the data. */
public enum Protocol {
    /** One connection for each stream. */
    TCP,
    /** Numbered datagrams. */
    UDP
}
