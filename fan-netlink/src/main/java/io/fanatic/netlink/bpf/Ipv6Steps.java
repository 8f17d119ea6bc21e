package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LEN;
import static io.fanatic.netlink.bpf.FanEmitter.LET_IN;
import static io.fanatic.netlink.bpf.FanEmitter.MARK;
import static io.fanatic.netlink.bpf.FanEmitter.PACKET_TYPE;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R5;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the three programs do with IPv6, where the fan has an IPv6 overlay. Registers are those of {@link FanEmitter}: R8 and R7 have the
 * first 64 bits of source and destination, and these alone decide. So extension headers and fragments need no look: each packet carries its addresses.
 *
 * <p>IPv6 is routed, not bridged: a container sends to its gateway, the host, what is for another slice, and gate sends that to the
 * tunnel; guard gives what has come to the host, and gate sends that to the container. Neighbour discovery stays on its host. Each
 * packet between hosts has its hop limit lowered once, by encap. So neighbour discovery, which takes a hop limit of 255, cannot come from another host,
 * and guard refuses what claims to be it.
 */
final class Ipv6Steps {
    private static final int HEADER = 40;
    private static final int FRAME = ETHERNET + HEADER;
    private static final int PAYLOAD_LENGTH = ETHERNET + 4;
    private static final int NEXT_HEADER = ETHERNET + 6;
    private static final int HOP_LIMIT = ETHERNET + 7;
    private static final int SOURCE = ETHERNET + 8;
    private static final int DESTINATION = ETHERNET + 24;

    private static final int ICMPV6 = 58;
    private static final int ICMPV6_INFORMATIONAL = 0x80;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int MAX_HOP_LIMIT = 255;
    /** The first ten bits of fe80::/10. */
    private static final int LINK_LOCAL = 0xfe80 >> 6;

    private static final int GROUP_BIT = 1;
    /** {@code struct __sk_buff}, the index of the device that the program runs on. */
    private static final int IFINDEX = 40;

    private static final int AF_INET6 = 10;
    /** {@code struct bpf_redir_neigh}: the family and the address of the next hop. */
    private static final int NEXT_HOP_BYTES = 20;

    /** Offset below R10 of what is written into a frame or given to a helper; beneath the tunnel key. */
    private static final int SCRATCH = KEY - 24;

    /** Of {@link FibLookup}, on a multiple of 8, beneath what the guard on the underlay's device has there. */
    private static final int LOOKUP = KEY - 40 - FibLookup.SIZE;

    /** Where encap and guard go with a frame of IPv6. */
    static final String IPV6 = "ipv6";

    private final FanEmitter emitter;
    private final Assembler asm;
    private final FanProgramSpec fan;
    private final Ipv6ProgramSpec ipv6;
    /** Where the frame begins: behind outer headers, where the program sees those too. */
    private final int frame;

    Ipv6Steps(FanEmitter emitter, FanProgramSpec fan, Ipv6ProgramSpec ipv6) {
        this(emitter, fan, ipv6, 0);
    }

    private Ipv6Steps(FanEmitter emitter, FanProgramSpec fan, Ipv6ProgramSpec ipv6, int frame) {
        this.emitter = emitter;
        this.asm = emitter.asm;
        this.fan = fan;
        this.ipv6 = ipv6;
        this.frame = frame;
    }

    /** Of the guard on the underlay's device. */
    static Ipv6Steps behindOuterHeaders(FanEmitter emitter, FanProgramSpec fan, Ipv6ProgramSpec ipv6) {
        return new Ipv6Steps(emitter, fan, ipv6, OuterHeaders.INNER);
    }

    /**
     * Of encap: leaves the owner of the destination in R7, with several addresses that of the source in R9, and goes on.
     *
     * @param onward sends the frame, whose bounds are not known there
     */
    void encap(String onward) {
        parse(Counter.SEND_MALFORMED.label());
        asm.add(Width.BYTE.load(R1, R2, 0)).add(Jump.SET.imm32(R1, GROUP_BIT, Counter.SEND_IPV6.label()));
        jumpIfLinkLocal(R7, Counter.SEND_IPV6.label());
        jumpIfLinkLocal(R8, Counter.SEND_IPV6.label());
        requireLocal(R8, Counter.SEND_SPOOFED.label());
        if (fan.localAddresses().size() > 1) {
            asm.add(Alu.MOV.reg(R9, R8));
            owner(R9, Counter.SEND_SPOOFED.label());
        }
        requireInside(R7, ipv6.mapping().overlay(), Counter.SEND_OFF_OVERLAY.label());
        owner(R7, Counter.SEND_NO_HOST.label());
        jumpIfOurs(R7, Counter.SEND_OWN_SLICE.label());
        asm.add(Width.BYTE.load(R1, R2, HOP_LIMIT)).add(Jump.LE.imm32(R1, 1, Counter.SEND_HOP_LIMIT.label()));
        if (!emitter.observes()) {
            asm.add(Alu.SUB.imm(R1, 1), Width.BYTE.store(R10, SCRATCH, R1));
            write(HOP_LIMIT, 1, Counter.SEND_MALFORMED.label());
        }
        asm.add(Jump.to(onward));
        parseSlowPath(Counter.SEND_MALFORMED.label());
    }

    /**
     * Of the guard on the underlay's device: goes on with what is good, the sender in R8, with several addresses the owner of the destination in
     * R9. Leaves on the stack the Ethernet addresses for the frame: the router's as source; as destination the bridge's for what is for its host,
     * else that of the container, as the neighbour table has it. The bridge itself must not send what is still to be cut: it would cut
     * it, as it has no offloads for the marks of a tunnel's segments, which are still on it.
     *
     * @param outer compares the addresses of the outer header, in the frame, with R8 and R9
     * @param addresses where they go, below R10
     * @param bridge where the containers are; empty: what is for them passes on
     */
    void cardGuard(Runnable outer, int addresses, Optional<Instruction> bridge, String good, String pass) {
        parse(pass);
        asm.add(Width.BYTE.load(R1, R2, frame + HOP_LIMIT)).add(Jump.EQ.imm32(R1, MAX_HOP_LIMIT, pass));
        requireLocal(R7, pass);
        requireInside(R8, ipv6.mapping().overlay(), pass);
        owner(R8, pass);
        jumpIfOurs(R8, pass);
        noteOwner(pass);
        outer.run();
        put(addresses, ipv6.bridge());
        put(addresses + 6, ipv6.router());
        String container = bridge.isPresent() ? "ipv6-to-a-container" : pass;
        emitter.loadAddress(R4, frame + DESTINATION + 8);
        asm.add(Jump.NE.imm32(R4, 0, container));
        emitter.loadAddress(R4, frame + DESTINATION + 12);
        asm.add(Jump.EQ.imm32(R4, 1, good)); // the host address
        asm.add(Jump.to(container));
        if (bridge.isPresent()) {
            asm.label(container);
            neighbour(bridge.get(), addresses, pass);
            asm.add(Jump.to(good));
        }
        parseSlowPath(pass);
    }

    /** The Ethernet address of the container that the packet is for. */
    private void neighbour(Instruction bridge, int to, String unknown) {
        for (int at = 0; at < FibLookup.SIZE; at += 8) {
            asm.add(Width.DWORD.storeImm(R10, LOOKUP + at, 0));
        }
        asm.add(Width.BYTE.storeImm(R10, LOOKUP + FibLookup.FAMILY, AF_INET6))
                .add(bridge, Width.WORD.store(R10, LOOKUP + FibLookup.IFINDEX, R1));
        for (int at = 0; at < 16; at += 2) {
            asm.add(Width.HALF.load(R1, R2, frame + DESTINATION + at))
                    .add(Width.HALF.store(R10, LOOKUP + FibLookup.DESTINATION + at, R1));
        }
        asm.add(Alu.MOV.reg(R1, R6))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, LOOKUP))
                .add(Alu.MOV.imm(R3, FibLookup.SIZE), Alu.MOV.imm(R4, FibLookup.MAIN_TABLE_OUTPUT))
                .add(Helper.FIB_LOOKUP.call())
                .add(Jump.NE.imm(R0, 0, unknown));
        for (int at = 0; at < 6; at += 2) {
            asm.add(Width.HALF.load(R1, R10, LOOKUP + FibLookup.NEXT_HOP_MAC + at))
                    .add(Width.HALF.store(R10, to + at, R1));
        }
    }

    /** With several addresses, leaves the owner of the destination, in R7, in R9. */
    private void noteOwner(String noHost) {
        if (fan.localAddresses().size() > 1) {
            asm.add(Alu.MOV.reg(R9, R7));
            owner(R9, noHost);
        }
    }

    /**
     * Of guard, with the tunnel key at {@link FanEmitter#KEY}: writes the Ethernet addresses of the bridge and of its router into the frame, so that
     * the bridge gives it to its host and learns nothing from it, marks it for gate and lets it in.
     *
     * @param letIn where to go with what is let in, the sender in R8, with several addresses the owner of the destination in R9; empty: it is counted
     */
    void guard(Optional<String> letIn) {
        parse(Counter.RECEIVE_MALFORMED.label());
        asm.add(Width.BYTE.load(R1, R2, HOP_LIMIT)).add(Jump.EQ.imm32(R1, MAX_HOP_LIMIT, "ipv6-not-lowered"));
        asm.label("ipv6-lowered");
        requireLocal(R7, Counter.RECEIVE_NOT_LOCAL.label());
        requireInside(R8, ipv6.mapping().overlay(), Counter.RECEIVE_SPOOFED.label());
        owner(R8, Counter.RECEIVE_SPOOFED.label());
        jumpIfOurs(R8, Counter.RECEIVE_SPOOFED.label());
        asm.add(Width.WORD.load(R1, R10, KEY + TunnelKey.REMOTE))
                .add(Jump.NE.reg32(R1, R8, Counter.RECEIVE_SPOOFED.label()));
        if (emitter.observes()) {
            emitter.finish(Counter.RECEIVED);
        } else {
            put(SCRATCH, ipv6.bridge());
            put(SCRATCH + 6, ipv6.router());
            write(0, 12, Counter.RECEIVE_MALFORMED.label());
            asm.add(Width.WORD.load(R1, R6, MARK), Alu.OR.imm(R1, LET_IN), Width.WORD.store(R6, MARK, R1));
            if (letIn.isPresent()) {
                noteOwner(Counter.RECEIVE_NOT_LOCAL.label());
                asm.add(Jump.to(letIn.get()));
            } else {
                asm.add(Alu.MOV.imm(R7, FanEmitter.NEXT), Alu.MOV.imm(R1, Counter.RECEIVED.index()))
                        .add(Jump.to("count"));
            }
        }
        parseSlowPath(Counter.RECEIVE_MALFORMED.label());

        // Of what has a hop limit of 255, the kernel's own answer to a packet that is too big for the underlay passes.
        asm.label("ipv6-not-lowered")
                .add(Width.BYTE.load(R1, R2, NEXT_HEADER))
                .add(Jump.NE.imm32(R1, ICMPV6, Counter.RECEIVE_HOP_LIMIT.label()));
        emitter.loadFrame(FRAME + 1, Jump.GT, "ipv6-error-not-linear");
        asm.label("ipv6-error")
                .add(Width.BYTE.load(R1, R2, FRAME))
                .add(Jump.SET.imm32(R1, ICMPV6_INFORMATIONAL, Counter.RECEIVE_HOP_LIMIT.label()))
                .add(Jump.to("ipv6-lowered"));
        asm.label("ipv6-error-not-linear");
        emitter.pull(FRAME + 1, "ipv6-error", Counter.RECEIVE_HOP_LIMIT.label());
    }

    /**
     * Of gate, with what the bridge gives to its host:
     *
     * <pre>
     *   let in by guard                              to the container; to the host what is for the host address
     *   source in a local slice, destination in
     *   another slice of the overlay                 to the tunnel
     *   source in a local slice                      pass
     *   source in another slice and no host
     *   address, destination in a local one          as what guard has let in, where somebody has overwritten guard's mark
     *   source link-local or none, neighbour
     *   discovery of containers                      pass
     *   all else, such as a router advertisement     drop
     * </pre>
     *
     * @param pass where to go with what passes
     */
    void gate(String pass) {
        asm.label(IPV6);
        emitter.loadFrame(FRAME, Jump.GT, "ipv6-not-linear");
        asm.label("parse-ipv6");
        loadHigh(R8, SOURCE);
        loadHigh(R7, DESTINATION);
        asm.add(Width.WORD.load(R1, R6, MARK)).add(Jump.SET.imm32(R1, LET_IN, "ipv6-let-in"));
        requireLocal(R8, "ipv6-not-from-here");
        requireInside(R7, ipv6.mapping().overlay(), pass);
        requireLocal(R7, emitter.observes() ? pass : "ipv6-onward");
        asm.add(Jump.to(pass));
        if (emitter.observes()) {
            asm.label("ipv6-let-in").label("ipv6-arrived").add(Jump.to(pass));
        } else {
            onward(pass);
            arrived(pass);
        }

        asm.label("ipv6-not-from-here");
        jumpIfLinkLocal(R8, "ipv6-neighbour");
        asm.add(Jump.EQ.imm(R8, 0, "ipv6-neighbour"));
        requireInside(R8, ipv6.mapping().overlay(), Counter.SEND_HOST_SPOOFED.label());
        requireLocal(R7, Counter.SEND_HOST_SPOOFED.label());
        asm.add(Width.WORD.load(R1, R2, SOURCE + 8))
                .add(Jump.NE.imm32(R1, 0, "ipv6-arrived"))
                .add(Width.WORD.load(R1, R2, SOURCE + 12))
                .add(Jump.NE.imm32(R1, asm.network32(1), "ipv6-arrived"))
                .add(Jump.to(Counter.SEND_HOST_SPOOFED.label()));

        asm.label("ipv6-neighbour")
                .add(Width.BYTE.load(R1, R2, NEXT_HEADER))
                .add(Jump.NE.imm32(R1, ICMPV6, Counter.SEND_HOST_OTHER.label()));
        emitter.loadFrame(FRAME + 1, Jump.GT, "ipv6-type-not-linear");
        asm.label("ipv6-type")
                .add(Width.BYTE.load(R1, R2, FRAME))
                .add(Jump.EQ.imm32(R1, NEIGHBOUR_SOLICITATION, pass))
                .add(Jump.EQ.imm32(R1, NEIGHBOUR_ADVERTISEMENT, pass))
                .add(Jump.EQ.imm32(R1, ROUTER_SOLICITATION, pass))
                .add(Jump.to(Counter.SEND_HOST_OTHER.label()));

        asm.label("ipv6-not-linear");
        emitter.pull(FRAME, "parse-ipv6", Counter.SEND_HOST_OTHER.label());
        asm.label("ipv6-type-not-linear");
        emitter.pull(FRAME + 1, "ipv6-type", Counter.SEND_HOST_OTHER.label());
    }

    /** To the tunnel. */
    private void onward(String pass) {
        asm.label("ipv6-onward");
        requireForHost(pass);
        put(SCRATCH, ipv6.router());
        write(0, 6, Counter.SEND_HOST_OTHER.label());
        asm.add(Width.WORD.load(R1, R6, IFINDEX), Alu.MOV.imm(R2, 0)).add(Helper.REDIRECT.call(), Instruction.exit());
    }

    /** What came out of the tunnel, to the container or to the host. */
    private void arrived(String pass) {
        asm.label("ipv6-let-in").add(Alu.AND.imm(R1, ~LET_IN), Width.WORD.store(R6, MARK, R1));
        asm.label("ipv6-arrived");
        requireForHost(pass);
        asm.add(Width.WORD.load(R1, R2, DESTINATION + 8))
                .add(Jump.NE.imm32(R1, 0, "ipv6-to-a-container"))
                .add(Width.WORD.load(R1, R2, DESTINATION + 12))
                .add(Jump.EQ.imm32(R1, asm.network32(1), pass)); // the host address
        asm.label("ipv6-to-a-container").add(Width.WORD.storeImm(R10, SCRATCH, AF_INET6));
        for (int i = 0; i < 16; i += 4) {
            asm.add(Width.WORD.load(R1, R2, DESTINATION + i), Width.WORD.store(R10, SCRATCH + 4 + i, R1));
        }
        asm.add(Width.WORD.load(R1, R6, IFINDEX))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, SCRATCH))
                .add(Alu.MOV.imm(R3, NEXT_HOP_BYTES), Alu.MOV.imm(R4, 0))
                .add(Helper.REDIRECT_NEIGH.call(), Instruction.exit());
    }

    /** Only a frame to the host's own Ethernet address is sent on; the bridge gives its host copies of others too. */
    private void requireForHost(String otherwise) {
        asm.add(Width.WORD.load(R1, R6, PACKET_TYPE)).add(Jump.NE.imm32(R1, 0, otherwise));
    }

    /** Reads the header: first halves of source and destination into R8 and R7. */
    private void parse(String malformed) {
        asm.label(IPV6);
        emitter.loadFrame(frame + FRAME, Jump.GT, "ipv6-not-linear");
        asm.label("parse-ipv6")
                .add(Width.BYTE.load(R1, R2, frame + ETHERNET), Alu.RSH.imm(R1, 4))
                .add(Jump.NE.imm32(R1, 6, malformed))
                // What is still to be cut into segments may say 0 (BIG TCP).
                .add(Width.HALF.load(R1, R2, frame + PAYLOAD_LENGTH), Instruction.toBigEndian(R1, 16))
                .add(Alu.ADD.imm(R1, frame + FRAME))
                .add(Width.WORD.load(R4, R6, LEN))
                .add(Jump.GT.reg(R1, R4, malformed));
        loadHigh(R8, SOURCE);
        loadHigh(R7, DESTINATION);
    }

    private void parseSlowPath(String malformed) {
        asm.label("ipv6-not-linear");
        emitter.pull(frame + FRAME, "parse-ipv6", malformed);
    }

    /** The first 64 bits of an address of the frame; behind outer headers by halves, as they are not aligned there. */
    private void loadHigh(Register address, int offset) {
        if (frame != 0) {
            emitter.loadAddress(address, frame + offset);
            emitter.loadAddress(R4, frame + offset + 4);
            asm.add(Alu.LSH.imm(address, 32), Alu.OR.reg(address, R4));
            return;
        }
        asm.add(Width.WORD.load(address, R2, offset), Instruction.toBigEndian(address, 32))
                .add(Width.WORD.load(R1, R2, offset + 4), Instruction.toBigEndian(R1, 32))
                .add(Alu.LSH.imm(address, 32), Alu.OR.reg(address, R1));
    }

    private void jumpIfLinkLocal(Register high, String where) {
        asm.add(Alu.MOV.reg(R1, high), Alu.RSH.imm(R1, 54)).add(Jump.EQ.imm32(R1, LINK_LOCAL, where));
    }

    /** Jumps unless the address is in the network, which is a /64 or wider. */
    private void requireInside(Register high, Ipv6Prefix network, String otherwise) {
        long bits = network.network().high();
        int length = network.prefixLength();
        asm.add(Alu.MOV.reg(R1, high), Alu.RSH.imm(R1, 32));
        if (length < 32) {
            asm.add(Alu.AND.imm32(R1, mask(length)));
        }
        asm.add(Jump.NE.imm32(R1, (int) (bits >>> 32), otherwise));
        if (length == 64) {
            asm.add(Jump.NE.imm32(high, (int) bits, otherwise));
        } else if (length > 32) {
            asm.add(Alu.MOV.reg32(R1, high), Alu.AND.imm32(R1, mask(length - 32)))
                    .add(Jump.NE.imm32(R1, (int) bits, otherwise));
        }
    }

    private static int mask(int length) {
        return -1 << (32 - length);
    }

    /** Jumps unless the address is of a local slice. */
    private void requireLocal(Register high, String otherwise) {
        List<Ipv4Address> locals = fan.localAddresses();
        int last = locals.size() - 1;
        String found = high + "-local-" + otherwise;
        for (int i = 0; i < last; i++) {
            String next = found + "-" + i;
            requireInside(high, ipv6.mapping().sliceOf(locals.get(i)), next);
            asm.add(Jump.to(found)).label(next);
        }
        requireInside(high, ipv6.mapping().sliceOf(locals.get(last)), otherwise);
        asm.label(found);
    }

    /** Turns an address of the overlay into its owner; jumps when no host can have that address. */
    private void owner(Register high, String noHost) {
        Ipv6Mapping mapping = ipv6.mapping();
        int hostBits = 32 - mapping.underlay().prefixLength();
        int shift = mapping.slicePrefixLength() - mapping.overlay().prefixLength() - hostBits;
        if (shift > 0) {
            asm.add(Alu.MOV.reg(R1, high), Alu.LSH.imm(R1, 64 - shift))
                    .add(Jump.NE.imm(R1, 0, noHost))
                    .add(Alu.RSH.imm(high, shift));
        }
        asm.add(Alu.AND.imm32(high, ~mapping.underlay().mask()));
        emitter.requireHost(mapping.underlay(), high, noHost);
    }

    private void jumpIfOurs(Register owner, String where) {
        for (Ipv4Address local : fan.localAddresses()) {
            asm.add(Jump.EQ.imm32(owner, local.bits(), where));
        }
    }

    /** Puts an Ethernet address on the stack, by halves, as two of them need not be aligned. */
    private void put(int at, MacAddress mac) {
        for (int i = 0; i < 6; i += 2) {
            asm.add(Width.HALF.storeImm(R10, at + i, asm.network16(mac.octet(i) << 8 | mac.octet(i + 1))));
        }
    }

    /** Writes what is at {@link #SCRATCH} into the frame, whose bounds are not known afterwards. */
    private void write(int at, int bytes, String otherwise) {
        asm.add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, at))
                .add(Alu.MOV.reg(R3, R10), Alu.ADD.imm(R3, SCRATCH))
                .add(Alu.MOV.imm(R4, bytes), Alu.MOV.imm(R5, 0))
                .add(Helper.SKB_STORE_BYTES.call())
                .add(Jump.NE.imm(R0, 0, otherwise));
    }
}
