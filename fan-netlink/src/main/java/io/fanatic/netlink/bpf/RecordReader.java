package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** Reads the records that programs write into a ring buffer (Linux 5.8). Not safe for use by several threads. */
final class RecordReader implements AutoCloseable {
    private final LibBpf library = FanObject.library();
    private final Deque<ByteBuffer> read = new ArrayDeque<>();
    /** Must stay reachable as long as the library may call it. */
    private final LibBpf.Sample take = this::take;

    private final Pointer ring;

    /** @param records the map, which stays the caller's */
    RecordReader(BpfMap records) {
        Pointer made = library.ring_buffer__new(records.fd(), take, null, null);
        if (made == null || library.libbpf_get_error(made) != 0) {
            throw Bpf.failure("read a ring buffer of eBPF programs", Native.errno());
        }
        this.ring = made;
    }

    private int take(@Nullable Pointer context, Pointer data, long bytes) {
        ByteBuffer record = Native.buffer(PacketRecord.BYTES);
        byte[] copy = new byte[(int) Math.min(bytes, PacketRecord.BYTES)];
        data.get(0, copy, 0, copy.length);
        read.add(record.put(0, copy));
        return 0;
    }

    /** {@return the next record that is there now} */
    Optional<ByteBuffer> next() {
        if (read.isEmpty()) {
            int result = library.ring_buffer__consume(ring);
            if (result < 0) {
                throw Bpf.failure("read a ring buffer of eBPF programs", -result);
            }
        }
        return Optional.ofNullable(read.poll());
    }

    @Override
    public void close() {
        library.ring_buffer__free(ring);
    }
}
