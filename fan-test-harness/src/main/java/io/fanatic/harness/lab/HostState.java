package io.fanatic.harness.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * What a host has, as iproute2, nft and the file system tell it: an opinion that is not our own. Two states that are equal
 * mean that nothing was left in between.
 *
 * @param lines one fact each, without counters and other things that move by themselves
 */
public record HostState(List<String> lines) {

    /** Tools that are not installed say so the same way each time; nft then is not looked at. */
    private static final String SCRIPT =
            "ip -o -d link; ip -o addr; ip route show table all; ip rule; nft list ruleset;"
                    + " grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/*;"
                    + " find /run /var/lib/fanatic /etc/network -path /run/.host -prune -o -print; ss -Hnltu";

    public HostState {
        lines = List.copyOf(lines);
    }

    /** Asks now. */
    public static HostState of(LabHost host) {
        List<String> lines = new ArrayList<>();
        ExecResult result = Exec.run(host.namespace(), List.of("/bin/sh", "-c", SCRIPT));
        result.output().lines().map(String::strip).forEach(lines::add);
        List<String> processes = new ArrayList<>();
        Residents.of(host).forEach(process -> processes.add("process " + Residents.name(process.pid())));
        processes.sort(null);
        lines.addAll(processes);
        return new HostState(lines);
    }

    /** What is in one of the two only, with a minus for what is gone and a plus for what is new; empty when equal. */
    public List<String> differences(HostState later) {
        List<String> differences = new ArrayList<>();
        lines.stream().filter(line -> !later.lines.contains(line)).forEach(line -> differences.add("- " + line));
        later.lines.stream().filter(line -> !lines.contains(line)).forEach(line -> differences.add("+ " + line));
        return differences;
    }
}
