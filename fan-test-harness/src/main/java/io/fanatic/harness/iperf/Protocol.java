package io.fanatic.harness.iperf;

/** What carries the data. */
public enum Protocol {
    TCP,
    UDP
}
