/**
 * eBPF without a compiler: an instruction emitter, the programs of a fan and bpf(2).
 *
 * <p>Start at {@link io.fanatic.netlink.bpf.FanPrograms}, which loads, attaches and reads back a fan's programs. What they do
 * to a packet is {@link io.fanatic.netlink.bpf.EncapProgram} and {@link io.fanatic.netlink.bpf.GuardProgram}, both
 * written with {@link io.fanatic.netlink.bpf.Assembler}. {@link io.fanatic.netlink.bpf.BpfFeatures} finds out by trying what the
 * running kernel can do.
 */
@NullMarked
package io.fanatic.netlink.bpf;

import org.jspecify.annotations.NullMarked;
