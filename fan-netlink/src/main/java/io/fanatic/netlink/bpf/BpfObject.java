package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Native;

/** Something of eBPF in the kernel, held by a descriptor. It goes with its last holder. */
abstract class BpfObject implements AutoCloseable {
    private final String what;
    private int fd;

    BpfObject(String what, int fd) {
        this.what = what;
        this.fd = fd;
    }

    /** The descriptor, for {@link Instruction#mapFd} or a traffic control filter (TCA_BPF_FD). It stays this object's. */
    public int fd() {
        if (fd < 0) {
            throw new IllegalStateException("the eBPF " + what + " is closed");
        }
        return fd;
    }

    /** Gives the descriptor back. Again is harmless. */
    @Override
    public void close() {
        if (fd >= 0) {
            Native.LIBC.close(fd);
            fd = -1;
        }
    }
}
