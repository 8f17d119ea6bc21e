package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CPU of either byte order that runs the programs' bytes, for what the kernel of one machine cannot show. Written from RFC 9669 and
 * linux/bpf.h, apart from the emitter. Every access is checked: a pointer is a region's base plus an offset, and pulling data moves
 * the frame, so that old pointers fault.
 */
final class Machine {

    private static final long CONTEXT = 0x1_0000_0000L;
    private static final long STACK = 0x2_0000_0000L;
    private static final long VALUES = 0x3_0000_0000L;
    private static final long MAP = 0x4_0000_0000L;
    private static final long FRAME = 0x10_0000_0000L;
    private static final int STACK_BYTES = 512;

    /** What its clock shows, in nanoseconds since it was started. */
    static final long NOW = 4_711_000_000_000L;

    /** The index of the device that the program runs on. */
    static final int DEVICE = 77;

    /** The same, where it goes on. */
    long now = NOW;

    private final ByteOrder order;
    private final ByteBuffer code;
    /** Of the map; without the places of flows, which are zero and many, until one is written. */
    private ByteBuffer values = ByteBuffer.allocate(8 * PathWitness.RECEIVED);

    /** What a queue took. */
    final List<ByteBuffer> pushed = new ArrayList<>();

    /** {@code skb->mark}, before a run and after it. */
    int mark;

    /** {@code skb->tc_index}, before a run and after it. */
    int tcIndex;

    /** {@code skb->pkt_type}; 0 for this host. */
    int packetType;

    /** {@code skb->vlan_tci}. */
    int vlanTci;

    /** The neighbour table: the Ethernet address of each address that has one. */
    Map<Integer, Long> neighbours = Map.of();

    /** The same of IPv6. */
    Map<Ipv6Address, Long> ipv6Neighbours = Map.of();

    /** The device that these are on. */
    int neighbourDevice;

    /** {@code skb_shinfo->gso_size}. */
    int segmentSize;

    /** The MTU of each device, by index. */
    Map<Integer, Integer> devices = Map.of();

    /** What the kernel answers when it is asked for a flow's hash, and for a random number. */
    int hash;

    int random;

    /** What {@code bpf_skb_adjust_room} answers when it refuses; 0 when it does not. */
    int roomRefused;

    /** The frame after a run. */
    byte[] after = {};

    /** Where a run has sent it: {@code neigh 7}, {@code ingress 9}; empty when it stays. */
    String redirected = "";

    /** @param code a program as the kernel of a CPU with this byte order takes it */
    Machine(byte[] code, ByteOrder order) {
        this.order = order;
        this.code = ByteBuffer.wrap(code).order(order);
        values.order(order);
    }

    /** What a run did. */
    record Result(int verdict, Optional<FanModel.Key> key, int ttl, long keyFlags) {}

    /** The counters that are not zero. */
    Map<Counter, Long> counts() {
        Map<Counter, Long> counts = new HashMap<>();
        for (Counter counter : Counter.values()) {
            if (values.getLong(8 * counter.index()) != 0) {
                counts.put(counter, values.getLong(8 * counter.index()));
            }
        }
        return counts;
    }

    /** The reasons with a time, by {@link #NOW}; those that somebody should look at have it when they have a count. */
    Map<Counter, Long> times() {
        Map<Counter, Long> times = new HashMap<>();
        for (Counter counter : Counter.values()) {
            long time = values.getLong(8 * (FanPrograms.COUNTERS + counter.index()));
            if (time != 0) {
                times.put(counter, time);
            }
        }
        return times;
    }

    /** The other host, the UDP source port and the number of this host's address, of an outer flow. */
    record Flow(Ipv4Address host, int port, int local) {}

    private void writesAPlace() {
        if (values.capacity() < 8 * FanPrograms.ENTRIES) {
            values = ByteBuffer.wrap(Arrays.copyOf(values.array(), 8 * FanPrograms.ENTRIES))
                    .order(order);
        }
    }

    /** A packet of this flow came through some nanoseconds ago. */
    void vouch(Flow flow, int direction, long ago) {
        writesAPlace();
        values.putLong(
                8 * PathWitness.place(flow.host(), flow.port(), direction),
                PathWitness.value(flow.host(), flow.port(), flow.local(), NOW - ago));
    }

    /** For which flow a packet vouches that has just come through; empty when none does. */
    Optional<Flow> noted(int direction) {
        for (int place = 0; 8 * (direction + place) < values.capacity() && place < PathWitness.PLACES; place++) {
            long value = values.getLong(8 * (direction + place));
            int host = (int) (value >>> 32);
            if (value != 0 && (value & (1 << 22) - 1) == NOW >> 24) {
                int port = (int) (value >>> 26 & 63) << 10 | (place ^ host) & 1023;
                return Optional.of(new Flow(Ipv4Address.of(host), port, (int) (value >>> 22 & 15)));
            }
        }
        return Optional.empty();
    }

    Result run(FanModel.Frame frame, int linear, Optional<FanModel.Key> received) {
        return new Run(frame, linear, received).run();
    }

    private final class Run {
        private final FanModel.Frame frame;
        private byte[] bytes;
        private final Optional<FanModel.Key> received;
        private final long[] registers = new long[11];
        private final ByteBuffer stack = ByteBuffer.allocate(STACK_BYTES).order(order);
        private long base = FRAME;
        private int linear;
        private FanModel.@Nullable Key key;
        private int ttl;
        private long keyFlags;

        Run(FanModel.Frame frame, int linear, Optional<FanModel.Key> received) {
            this.frame = frame;
            this.bytes = frame.bytes().clone();
            this.linear = Math.min(linear, frame.bytes().length);
            this.received = received;
            registers[1] = CONTEXT;
            registers[10] = STACK + STACK_BYTES;
        }

        Result run() {
            int slot = 0;
            for (int steps = 0; steps < 1000; steps++) {
                int at = 8 * slot++;
                int opcode = code.get(at) & 0xff;
                int pair = code.get(at + 1) & 0xff;
                boolean little = order == ByteOrder.LITTLE_ENDIAN;
                int to = little ? pair & 15 : pair >> 4;
                int from = little ? pair >> 4 : pair & 15;
                short offset = code.getShort(at + 2);
                int imm = code.getInt(at + 4);
                switch (opcode & 7) {
                    case 0: // 64-bit immediate: a map, or the index of a device
                        registers[to] = from == 1 ? MAP : imm & 0xffffffffL;
                        slot++;
                        break;
                    case 1:
                        registers[to] = load(registers[from] + offset, bytes(opcode));
                        break;
                    case 2:
                        store(registers[to] + offset, bytes(opcode), imm);
                        break;
                    case 3:
                        store(registers[to] + offset, bytes(opcode), registers[from]);
                        break;
                    case 4:
                    case 7:
                        registers[to] = compute(opcode, registers[to], (opcode & 8) != 0 ? registers[from] : imm, imm);
                        break;
                    default:
                        if (opcode == 0x95) {
                            after = bytes;
                            return new Result((int) registers[0], Optional.ofNullable(key), ttl, keyFlags);
                        } else if (opcode == 0x85) {
                            registers[0] = call(imm);
                            Arrays.fill(registers, 1, 6, 0xdead_dead_dead_deadL);
                        } else if (jumps(opcode, registers[to], (opcode & 8) != 0 ? registers[from] : imm)) {
                            slot += offset;
                        }
                }
            }
            throw new IllegalStateException("the program does not end");
        }

        private long compute(int opcode, long left, long right, int imm) {
            if (opcode == 0xdc) {
                boolean swap = order == ByteOrder.LITTLE_ENDIAN;
                return switch (imm) {
                    case 16 -> (swap ? Short.reverseBytes((short) left) : left) & 0xffff;
                    case 32 -> (swap ? Integer.reverseBytes((int) left) : left) & 0xffffffffL;
                    case 64 -> swap ? Long.reverseBytes(left) : left;
                    default -> throw new IllegalStateException("swap of " + imm);
                };
            }
            boolean half = (opcode & 7) == 4;
            long a = half ? left & 0xffffffffL : left;
            long b = half ? right & 0xffffffffL : right;
            long result = switch (opcode & 0xf0) {
                case 0x00 -> a + b;
                case 0x10 -> a - b;
                case 0x20 -> a * b;
                case 0x40 -> a | b;
                case 0x50 -> a & b;
                case 0x60 -> a << shift(b, half);
                case 0x70 -> a >>> shift(b, half);
                case 0xa0 -> a ^ b;
                case 0xb0 -> b;
                default -> throw new IllegalStateException("opcode " + opcode);
            };
            return half ? result & 0xffffffffL : result;
        }

        private int shift(long by, boolean half) {
            if (by < 0 || by >= (half ? 32 : 64)) {
                throw new IllegalStateException("the verifier refuses a shift by " + by);
            }
            return (int) by;
        }

        private boolean jumps(int opcode, long left, long right) {
            boolean half = (opcode & 7) == 6;
            long a = half ? left & 0xffffffffL : left;
            long b = half ? right & 0xffffffffL : right;
            int unsigned = Long.compareUnsigned(a, b);
            return switch (opcode & 0xf0) {
                case 0x00 -> true;
                case 0x10 -> a == b;
                case 0x20 -> unsigned > 0;
                case 0x30 -> unsigned >= 0;
                case 0x40 -> (a & b) != 0;
                case 0x50 -> a != b;
                case 0xa0 -> unsigned < 0;
                case 0xb0 -> unsigned <= 0;
                case 0xc0 -> Long.compare(a, b) < 0;
                default -> throw new IllegalStateException("opcode " + opcode);
            };
        }

        private int bytes(int opcode) {
            return switch (opcode & 0x18) {
                case 0x00 -> 4;
                case 0x08 -> 2;
                case 0x10 -> 1;
                default -> 8;
            };
        }

        private long load(long address, int bytes) {
            if (address >= CONTEXT && address < CONTEXT + 192) {
                return switch ((int) (address - CONTEXT)) {
                    case 0 -> this.bytes.length;
                    case 4 -> packetType;
                    case 176 -> segmentSize;
                    case 8 -> mark & 0xffffffffL;
                    case 40 -> DEVICE;
                    case 44 -> tcIndex;
                    case 20 -> frame.vlanInMetadata() ? 1 : 0;
                    case 24 -> vlanTci;
                    case 76 -> base;
                    case 80 -> base + linear;
                    default -> throw new IllegalStateException("context offset " + (address - CONTEXT));
                };
            } else if (address >= base && address + bytes <= base + linear) {
                return read(ByteBuffer.wrap(this.bytes).order(order), (int) (address - base), bytes);
            } else if (address >= VALUES && address < MAP) {
                int at = Objects.checkIndex((int) (address - VALUES), 8 * FanPrograms.ENTRIES);
                return at < values.capacity() ? read(values, at, bytes) : 0;
            }
            return read(stack, onStack(address), bytes);
        }

        private void store(long address, int bytes, long value) {
            if (address == CONTEXT + 8 && bytes == 4) {
                mark = (int) value;
                return;
            }
            if (address == CONTEXT + 44 && bytes == 4) {
                tcIndex = (int) value & 0xffff;
                return;
            }
            boolean packet = address >= base && address + bytes <= base + linear;
            if (address >= VALUES + values.capacity() && address < MAP) {
                writesAPlace();
            }
            ByteBuffer memory = packet
                    ? ByteBuffer.wrap(this.bytes).order(order)
                    : address >= VALUES && address < MAP ? values : stack;
            int at = packet ? (int) (address - base) : memory == values ? (int) (address - VALUES) : onStack(address);
            switch (bytes) {
                case 1 -> memory.put(at, (byte) value);
                case 2 -> memory.putShort(at, (short) value);
                case 4 -> memory.putInt(at, (int) value);
                default -> memory.putLong(at, value);
            }
        }

        private long read(ByteBuffer memory, int at, int bytes) {
            return switch (bytes) {
                case 1 -> memory.get(at) & 0xff;
                case 2 -> memory.getShort(at) & 0xffff;
                case 4 -> memory.getInt(at) & 0xffffffffL;
                default -> memory.getLong(at);
            };
        }

        private int onStack(long address) {
            if (address < STACK || address >= STACK + STACK_BYTES) {
                throw new IllegalStateException("access to 0x" + Long.toHexString(address));
            }
            return (int) (address - STACK);
        }

        private long call(int helper) {
            switch (helper) {
                case 1:
                    int index = stack.getInt(onStack(registers[2]));
                    return registers[1] == MAP && index >= 0 && index < FanPrograms.ENTRIES ? VALUES + 8L * index : 0;
                case 26:
                    stack.put(onStack(registers[3]), bytes, (int) registers[2], (int) registers[4]);
                    return 0;
                case 87:
                    byte[] value = new byte[PacketRecord.BYTES];
                    stack.get(onStack(registers[2]), value);
                    pushed.add(ByteBuffer.wrap(value).order(order));
                    return 0;
                case 125:
                case 160:
                    return now;
                case 20:
                    return getTunnelKey(onStack(registers[2]));
                case 21:
                    return setTunnelKey(onStack(registers[2]));
                case 39:
                    base += 0x1_0000_0000L;
                    int wanted = (int) registers[2];
                    linear = wanted <= bytes.length ? Math.max(linear, wanted) : linear;
                    return wanted <= bytes.length ? 0 : -12;
                case 7:
                    return random & 0xffffffffL;
                case 9:
                    base += 0x1_0000_0000L;
                    stack.get(onStack(registers[3]), bytes, (int) registers[2], (int) registers[4]);
                    return 0;
                case 23:
                    redirected = (registers[2] == 1 ? "ingress " : "egress ") + registers[1];
                    return 7;
                case 34:
                    return hash & 0xffffffffL;
                case 50:
                    return adjustRoom((int) registers[2]);
                case 152:
                    return redirectToNeighbour();
                case 69:
                    return lookUpNeighbour(onStack(registers[2]));
                case 163:
                    Integer mtu = devices.get((int) registers[2]);
                    stack.putInt(onStack(registers[3]), mtu == null ? 0 : mtu);
                    return mtu == null ? -19 : 0;
                default:
                    throw new IllegalStateException("helper " + helper);
            }
        }

        /** {@code struct bpf_redir_neigh}, of IPv6. */
        private boolean nextHop(long address, long bytes) {
            int at = onStack(address);
            byte[] hop = new byte[16];
            stack.get(at + 4, hop);
            redirected += " " + IpAddress.ofOctets(hop);
            return bytes == 20 && stack.getInt(at) == 10;
        }

        private long redirectToNeighbour() {
            redirected = "neigh " + registers[1];
            if (registers[2] == 0) {
                return registers[3] == 0 && registers[4] == 0 ? 7 : 2;
            }
            int at = onStack(registers[2]);
            if (stack.getInt(at) == 10) {
                return registers[4] == 0 && nextHop(registers[2], registers[3]) ? 7 : 2;
            }
            redirected += " via " + Ipv4Address.of(network(stack.getInt(at + 4)));
            return registers[3] == 20 && registers[4] == 0 && stack.getInt(at) == 2 ? 7 : 2;
        }

        /** With struct bpf_fib_lookup, by the main table and for output. */
        private long lookUpNeighbour(int at) {
            if (registers[1] != CONTEXT || registers[3] != 64 || registers[4] != 3) {
                return -22;
            }
            byte[] ipv6 = new byte[16];
            stack.get(at + 32, ipv6);
            Long mac = stack.get(at) == 2
                    ? neighbours.get(network(stack.getInt(at + 32)))
                    : stack.get(at) == 10 ? ipv6Neighbours.get((Ipv6Address) IpAddress.ofOctets(ipv6)) : null;
            if (mac == null || stack.getInt(at + 8) != neighbourDevice) {
                return 7;
            }
            for (int i = 0; i < 6; i++) {
                stack.put(at + 58 + i, (byte) (mac >>> 8 * (5 - i)));
            }
            return 0;
        }

        private int network(int value) {
            return order == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
        }

        /** Behind the Ethernet header, for VXLAN over IPv4 with an inner Ethernet header, or back. */
        private long adjustRoom(int more) {
            base += 0x1_0000_0000L;
            long flags = more > 0 ? 14L << 56 | 0x53 : 1;
            if (roomRefused != 0 || registers[3] != 1 || registers[4] != flags) {
                return roomRefused != 0 ? roomRefused : -22;
            }
            byte[] other = new byte[bytes.length + more];
            System.arraycopy(bytes, 0, other, 0, 14);
            int behind = 14 + Math.max(0, -more);
            System.arraycopy(bytes, behind, other, behind + more, bytes.length - behind);
            linear = Math.min(linear + more, other.length);
            bytes = other;
            return 0;
        }

        private long getTunnelKey(int at) {
            if (received.isEmpty()) {
                return -22;
            }
            stack.putInt(at, received.get().vni());
            stack.putInt(at + 4, received.get().remote().bits());
            if (registers[3] == 44) {
                stack.putInt(at + 28, received.get().local().bits());
            }
            return 0;
        }

        private long setTunnelKey(int at) {
            int local = registers[3] == 44 ? stack.getInt(at + 28) : 0;
            // No UDP checksum, or whether to fragment.
            keyFlags = registers[4];
            if (keyFlags != 2 && keyFlags != 4 && keyFlags != 0
                    || stack.getShort(at + 22) != 0
                    || stack.getInt(at + 24) != 0) {
                return -22;
            }
            key = new FanModel.Key(stack.getInt(at), Ipv4Address.of(stack.getInt(at + 4)), Ipv4Address.of(local));
            ttl = stack.get(at + 21);
            return 0;
        }
    }
}
