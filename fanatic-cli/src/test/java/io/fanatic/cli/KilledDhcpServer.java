package io.fanatic.cli;

/** What a shell in a host runs to kill the DHCP server of its fan 250. */
public final class KilledDhcpServer {
    /** Ends when it is gone: kill(1) only sends the signal, and the process ends when it has time. */
    public static final String COMMAND = "pid=$(cat /run/fanatic/dnsmasq-fan-250*.pid); kill -9 $pid;"
            + " while grep -q . /proc/$pid/cmdline 2>/dev/null; do sleep 0.02; done";

    private KilledDhcpServer() {}
}
