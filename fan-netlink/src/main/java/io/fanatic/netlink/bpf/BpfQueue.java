package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;

/** A queue of values (BPF_MAP_TYPE_QUEUE, Linux 4.20), which programs write and this process reads, held by a descriptor. */
final class BpfQueue extends BpfObject {
    private static final int QUEUE = 22;
    private static final int MAP_LOOKUP_AND_DELETE_ELEM = 21;

    private final int valueSize;

    private BpfQueue(int fd, int valueSize) {
        super("queue", fd);
        this.valueSize = valueSize;
    }

    /**
     * Makes an empty one.
     *
     * @param name at most 15 of A-Z, a-z, 0-9, underscore and dot
     * @param valueSize in bytes
     * @param entries how many it has room for
     * @throws ErrnoException when the kernel refuses
     */
    static BpfQueue create(String name, int valueSize, int entries) {
        ByteBuffer attributes = Bpf.attributes();
        attributes.putInt(0, QUEUE).putInt(8, valueSize).putInt(12, entries);
        Bpf.putName(attributes, 28, name);
        return new BpfQueue(Bpf.call("create the eBPF queue " + name, Bpf.MAP_CREATE, attributes), valueSize);
    }

    /**
     * Takes the oldest value out.
     *
     * @param value as large as a value, in native byte order
     * @return whether there was one
     */
    boolean pop(ByteBuffer value) {
        if (value.capacity() != valueSize) {
            throw new IllegalArgumentException("values have " + valueSize + " bytes, not " + value.capacity());
        }
        ByteBuffer attributes = Bpf.attributes();
        attributes.putInt(0, fd()).putLong(16, Native.address(value));
        int result = Bpf.tryCall(MAP_LOOKUP_AND_DELETE_ELEM, attributes, value);
        if (result < 0 && result != -Errno.ENOENT) {
            throw Bpf.failure("read an eBPF queue", -result);
        }
        return result >= 0;
    }
}
