package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The emitter of programs that only look: they decide as the usual ones do, and where those drop or count, these write a {@link
 * PacketRecord} and pass the frame on as it is. A step that changes the frame is none of theirs.
 *
 * <p>What they write is limited, for each reason and CPU, to {@value #MAX_RECORDS} records in each {@value #WINDOW_BITS}th power of two of
 * nanoseconds, which is a second and a bit; all else is only counted.
 */
final class ObservingEmitter extends FanEmitter {
    /** For each reason and CPU in a window. */
    static final int MAX_RECORDS = 100;

    /** A window in nanoseconds, as a power of two: 1.07 s. */
    static final int WINDOW_BITS = 30;

    /** Offsets below R10, beneath which nothing of the program's own is needed any more. */
    private static final int RECORD = -PacketRecord.BYTES;

    private static final int CAPTURED = RECORD + PacketRecord.CAPTURED;
    private static final int TUNNEL_KEY = RECORD - 48;
    private static final int INDEX = TUNNEL_KEY - 8;

    private static final String LEAVE = "leave";

    private final Observation observation;
    private final boolean fromTunnel;
    private final boolean keyWithLocal;

    /**
     * @param fromTunnel whether frames come with the tunnel key of a sender
     * @param keyWithLocal as of {@link FanProgramSpec#setsLocalAddress}
     */
    ObservingEmitter(
            int link,
            FrameReasons reasons,
            Observation observation,
            boolean fromTunnel,
            boolean keyWithLocal,
            ByteOrder order) {
        super(link, reasons, 0, order);
        this.observation = observation;
        this.fromTunnel = fromTunnel;
        this.keyWithLocal = keyWithLocal;
    }

    /** For programs that look as a guard on a tunnel does. */
    static ObservingEmitter ofGuard(int link, Observation observation, boolean keyWithLocal, ByteOrder order) {
        return new ObservingEmitter(link, GuardProgram.REASONS, observation, true, keyWithLocal, order);
    }

    /** For programs that look at what this host sends. */
    static ObservingEmitter ofSender(int link, Observation observation, ByteOrder order) {
        return new ObservingEmitter(link, FanEmitter.SEND_REASONS, observation, false, false, order);
    }

    @Override
    boolean observes() {
        return true;
    }

    /** Nothing is written that is not asked for. */
    @Override
    void drop(Counter reason) {
        asm.label(reason.label());
        if (observation.reasons().contains(reason)) {
            asm.add(Alu.MOV.imm(R1, reason.index())).add(Jump.to("count"));
        } else {
            asm.add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        }
    }

    @Override
    void finish(Counter passed) {
        if (observation.reasons().contains(passed)) {
            asm.add(Alu.MOV.imm(R1, passed.index())).add(Jump.to("count"));
        } else {
            asm.add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        }
    }

    /** Times are in the records. */
    @Override
    void noteTime() {}

    /** The end of all that is to be told: the index of the reason is in R1, the frame in R6. */
    @Override
    void count() {
        if (asm.lacks("count")) {
            asm.label("count").add(Alu.MOV.reg(R9, R1));
            if (observation.filters().isEmpty()) {
                limit(); // first, as it costs least
                describe();
            } else {
                describe();
                filter();
                limit();
            }
            push();
            asm.label(LEAVE).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        }
    }

    /** Fills in the record but for its time; the verifier wants every byte written. */
    private void describe() {
        for (int at = RECORD + PacketRecord.REASON; at < 0; at += Long.BYTES) {
            asm.add(Width.DWORD.storeImm(R10, at, 0));
        }
        asm.add(Width.WORD.store(R10, RECORD + PacketRecord.REASON, R9))
                .add(Width.WORD.load(R4, R6, LEN), Width.WORD.store(R10, RECORD + PacketRecord.LENGTH, R4))
                .add(Width.WORD.storeImm(R10, RECORD + PacketRecord.FAN, observation.fan()))
                .add(Jump.LE.imm(R4, PacketRecord.MAX_CAPTURED, "short"))
                .add(Alu.MOV.imm(R4, PacketRecord.MAX_CAPTURED))
                .label("short")
                .add(Jump.LT.imm(R4, 1, "captured"))
                .add(Width.WORD.store(R10, RECORD + PacketRecord.CAPTURED_LENGTH, R4))
                .add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, 0))
                .add(Alu.MOV.reg(R3, R10), Alu.ADD.imm(R3, CAPTURED))
                .add(Helper.SKB_LOAD_BYTES.call())
                .label("captured");
        if (fromTunnel) {
            asm.add(Alu.MOV.reg(R1, R6))
                    .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, TUNNEL_KEY))
                    .add(Alu.MOV.imm(R3, TunnelKey.size(keyWithLocal)), Alu.MOV.imm(R4, 0))
                    .add(Helper.SKB_GET_TUNNEL_KEY.call())
                    .add(Jump.NE.imm(R0, 0, "no-key-to-tell"))
                    .add(Width.WORD.load(R1, R10, TUNNEL_KEY + TunnelKey.REMOTE))
                    .add(Width.WORD.store(R10, RECORD + PacketRecord.OUTER_SOURCE, R1))
                    .add(Width.WORD.load(R1, R10, TUNNEL_KEY + TunnelKey.ID))
                    .add(Width.WORD.store(R10, RECORD + PacketRecord.VNI, R1))
                    .label("no-key-to-tell");
        }
    }

    /** Leaves unless what the frame says of itself, in R7 and R8, or its outer source fits each of the filters. */
    private void filter() {
        asm.add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, CAPTURED));
        asm.add(Alu.MOV.imm(R7, 0), Alu.MOV.imm(R8, 0));
        if (isEthernet()) {
            asm.add(Width.HALF.load(R1, R2, 12))
                    .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_ARP), "arp-to-tell"))
                    .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), "addresses-to-tell"));
            loadAddress(R8, ETHERNET + 12);
            loadAddress(R7, ETHERNET + 16);
            asm.add(Jump.to("addresses-to-tell")).label("arp-to-tell");
            loadAddress(R8, ETHERNET + 14);
            loadAddress(R7, ETHERNET + 24);
            asm.label("addresses-to-tell");
        } else {
            loadAddress(R8, 12);
            loadAddress(R7, 16);
        }
        List<FanObserver.Filter> filters = observation.filters();
        for (int i = 0; i < filters.size(); i++) {
            FanObserver.Filter filter = filters.get(i);
            String fits = "fits-" + i;
            for (int j = 0; j < filter.inner().size(); j++) {
                if (filter.inner().get(j) instanceof Ipv4Prefix prefix) {
                    for (Register address : List.of(R8, R7)) {
                        asm.add(Alu.MOV.reg32(R1, address), Alu.AND.imm32(R1, prefix.mask()))
                                .add(Jump.EQ.imm32(R1, prefix.network().bits(), fits));
                    }
                } else if (filter.inner().get(j) instanceof Ipv6Prefix prefix && isEthernet()) {
                    String no = "not-" + i + "-" + j;
                    asm.add(Width.HALF.load(R1, R2, 12)).add(Jump.NE.imm32(R1, asm.network16(ETH_P_IPV6), no));
                    compare(prefix, ETHERNET + 8, fits, no + "-source");
                    compare(prefix, ETHERNET + 24, fits, no);
                }
            }
            filter.outerSource()
                    .ifPresent(source -> asm.add(Width.WORD.load(R1, R10, RECORD + PacketRecord.OUTER_SOURCE))
                            .add(Jump.EQ.imm32(R1, source.bits(), fits)));
            asm.add(Jump.to(LEAVE)).label(fits);
        }
    }

    /** The address so far into the frame at R2; the stack is read by two bytes, as it lies there. */
    private void compare(Ipv6Prefix prefix, int at, String fits, String fitsNot) {
        ByteBuffer network = ByteBuffer.wrap(prefix.network().octets());
        for (int bit = 0; bit < prefix.prefixLength(); bit += Short.SIZE) {
            int mask = 0xffff_0000 >> Math.min(Short.SIZE, prefix.prefixLength() - bit) & 0xffff;
            asm.add(Width.HALF.load(R1, R2, at + bit / Byte.SIZE))
                    .add(Alu.AND.imm32(R1, asm.network16(mask)))
                    .add(Jump.NE.imm32(R1, asm.network16(network.getShort(bit / Byte.SIZE) & 0xffff), fitsNot));
        }
        asm.add(Jump.to(fits)).label(fitsNot);
    }

    /** Counts the frame, and leaves when there are records enough of its reason: times of windows and numbers in them are in the second half. */
    private void limit() {
        value(0);
        asm.add(Width.DWORD.load(R1, R0, 0), Alu.ADD.imm(R1, 1), Width.DWORD.store(R0, 0, R1));
        value(FanPrograms.COUNTERS);
        asm.add(Alu.MOV.reg(R7, R0))
                .add(Helper.KTIME_GET_BOOT_NS.call())
                .add(Width.DWORD.store(R10, RECORD + PacketRecord.TIME, R0))
                .add(Alu.RSH.imm(R0, WINDOW_BITS))
                .add(Width.DWORD.load(R2, R7, 0), Alu.MOV.reg(R3, R2), Alu.RSH.imm(R3, 16))
                .add(Jump.EQ.reg(R3, R0, "same-window"))
                .add(Alu.MOV.reg(R2, R0), Alu.LSH.imm(R2, 16))
                .label("same-window")
                .add(Alu.MOV.reg(R3, R2), Alu.AND.imm(R3, 0xffff))
                .add(Jump.GE.imm(R3, MAX_RECORDS, LEAVE))
                .add(Alu.ADD.imm(R2, 1), Width.DWORD.store(R7, 0, R2));
    }

    /** The address of this CPU's value at the reason's index and so many more, into R0. */
    private void value(int more) {
        asm.add(Alu.MOV.reg(R1, R9), Alu.ADD.imm(R1, more), Width.WORD.store(R10, INDEX, R1))
                .add(Instruction.mapFd(R1, observation.countsFd()))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, INDEX))
                .add(Helper.MAP_LOOKUP_ELEM.call())
                .add(Jump.EQ.imm(R0, 0, LEAVE));
    }

    /** A queue that is full refuses it; whoever reads sees that by the counts. */
    private void push() {
        asm.add(Instruction.mapFd(R1, observation.queueFd()))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, RECORD))
                .add(Alu.MOV.imm(R3, 0))
                .add(Helper.MAP_PUSH_ELEM.call());
    }
}
