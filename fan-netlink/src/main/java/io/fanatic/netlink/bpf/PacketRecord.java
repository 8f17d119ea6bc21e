package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What a program that only looks tells of a frame, as it lies in the queue. Numbers are in the order of the CPU.
 *
 * <pre>
 *    0  nanoseconds since the machine was started, 64 bits
 *    8  index of the counter         20  VNI
 *   12  length of the frame          24  number of the fan
 *   16  outer source, 0 without      28  bytes that follow
 *   32  the frame's beginning, {@value #MAX_CAPTURED} bytes at most, then zeros
 *  128  end
 * </pre>
 */
final class PacketRecord {
    static final int TIME = 0;
    static final int REASON = 8;
    static final int LENGTH = 12;
    static final int OUTER_SOURCE = 16;
    static final int VNI = 20;
    static final int FAN = 24;
    static final int CAPTURED_LENGTH = 28;
    static final int CAPTURED = 32;
    static final int MAX_CAPTURED = 96;
    static final int BYTES = CAPTURED + MAX_CAPTURED;

    private PacketRecord() {}

    /**
     * Reads one.
     *
     * @param record in the order of its CPU
     * @param started when the machine was started
     * @return empty for a reason that this release does not know
     */
    static Optional<ObservedFrame> read(ByteBuffer record, Instant started) {
        int index = record.getInt(REASON);
        for (Counter counter : Counter.values()) {
            if (counter.index() == index) {
                byte[] beginning = new byte[Math.min(MAX_CAPTURED, Math.max(0, record.getInt(CAPTURED_LENGTH)))];
                record.get(CAPTURED, beginning);
                int source = record.getInt(OUTER_SOURCE);
                return Optional.of(new ObservedFrame(
                        started.plusNanos(record.getLong(TIME)),
                        counter,
                        record.getInt(FAN),
                        record.getInt(LENGTH),
                        source == 0 ? Optional.empty() : Optional.of(Ipv4Address.of(source)),
                        record.getInt(VNI),
                        beginning));
            }
        }
        return Optional.empty();
    }
}
