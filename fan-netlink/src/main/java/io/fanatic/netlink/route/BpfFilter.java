package io.fanatic.netlink.route;

/**
 * A BPF program as a filter of tc-bpf(8), in clsact.
 *
 * @param index the interface
 * @param direction whether for packets that come in or go out
 * @param priority the smallest comes first, 1 to 65535
 * @param handle tells filters of the same priority apart
 * @param protocol the Ethertype it is for; 3 (ETH_P_ALL) for all
 * @param name what its maker called it
 * @param programId the kernel's id of the program, as bpftool(8) shows it
 * @param directAction whether the program's result is the verdict
 */
public record BpfFilter(
        int index,
        TrafficControl.Direction direction,
        int priority,
        int handle,
        int protocol,
        String name,
        int programId,
        boolean directAction) {}
