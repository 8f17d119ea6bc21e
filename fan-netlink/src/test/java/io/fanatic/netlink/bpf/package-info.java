/**
 * How the programs are proved. {@link io.fanatic.netlink.bpf.FanModel} says in plain Java what should happen to a frame. The programs'
 * bytes of both byte orders run in {@link io.fanatic.netlink.bpf.Machine} without root, those of this CPU's order in the kernel, by
 * BPF_PROG_TEST_RUN and between two network namespaces.
 */
@NullMarked
package io.fanatic.netlink.bpf;

import org.jspecify.annotations.NullMarked;
