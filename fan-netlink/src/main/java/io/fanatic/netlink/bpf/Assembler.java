package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects instructions and resolves their labels.
 *
 * <pre>{@code
 * Assembler program = new Assembler(ByteOrder.nativeOrder())
 *         .add(Width.WORD.load(R0, R1, 0))
 *         .add(Jump.GT.imm(R0, 1500, "drop"))
 *         .add(Alu.MOV.imm(R0, 0), Instruction.exit())
 *         .label("drop")
 *         .add(Alu.MOV.imm(R0, 2), Instruction.exit());
 * byte[] code = program.bytes();
 * }</pre>
 *
 * <p>The byte order is that of the CPU which runs the program. It changes the encoding, and also what a load of packet bytes
 * yields: compare such a load with {@link #network16}, or turn it over with {@link Instruction#toBigEndian} first.
 */
public final class Assembler {

    private final ByteOrder order;
    private final List<Instruction> instructions = new ArrayList<>(128);
    private final Map<String, Integer> labels = new HashMap<>();
    private int slots;

    public Assembler(ByteOrder order) {
        this.order = order;
    }

    public Assembler add(Instruction... more) {
        for (Instruction instruction : more) {
            instructions.add(instruction);
            slots += instruction.slots();
        }
        return this;
    }

    /**
     * Names the place of the next instruction.
     *
     * @throws IllegalStateException when the name is taken
     */
    public Assembler label(String name) {
        if (labels.putIfAbsent(name, slots) != null) {
            throw new IllegalStateException("label " + name + " is defined twice");
        }
        return this;
    }

    /** Whether a jump goes to this label, which is not defined yet. */
    public boolean lacks(String label) {
        if (labels.containsKey(label)) {
            return false;
        }
        for (Instruction instruction : instructions) {
            if (label.equals(instruction.label())) {
                return true;
            }
        }
        return false;
    }

    /** What a {@link Width#HALF} load of these two packet bytes, most significant first, yields on the CPU. */
    public int network16(int value) {
        return order == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes((short) value) & 0xffff;
    }

    /** What a {@link Width#WORD} store must hold so that memory reads as these four bytes, most significant first. */
    public int network32(int value) {
        return order == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    /**
     * The program as the kernel takes it.
     *
     * @throws IllegalStateException when a label is missing
     */
    public byte[] bytes() {
        return encode(resolved(false));
    }

    /** As {@link #bytes()}, but with every map descriptor and device index zero: the same for the same program, whoever loads it. */
    public byte[] bytesWithoutMaps() {
        return encode(resolved(true));
    }

    private byte[] encode(List<Instruction> resolved) {
        ByteBuffer code = ByteBuffer.allocate(slots * Instruction.BYTES).order(order);
        for (Instruction instruction : resolved) {
            instruction.encode(code);
        }
        return code.array();
    }

    private List<Instruction> resolved(boolean withoutMaps) {
        List<Instruction> resolved = new ArrayList<>(instructions.size());
        int slot = 0;
        for (Instruction instruction : instructions) {
            slot += instruction.slots();
            String label = instruction.label();
            if (label != null) {
                resolved.add(instruction.resolved(place(label) - slot));
            } else {
                resolved.add(withoutMaps ? instruction.nameable() : instruction);
            }
        }
        return resolved;
    }

    private int place(String label) {
        Integer place = labels.get(label);
        if (place == null) {
            throw new IllegalStateException("label " + label + " is not defined");
        }
        return place;
    }

    /**
     * The program for people: a line per instruction with its slot, its bytes in hexadecimal as in memory and its meaning; each label on
     * a line of its own.
     */
    public String listing() {
        Map<Integer, String> names = new HashMap<>();
        labels.forEach(
                (name, place) -> names.merge(place, name, (a, b) -> a.compareTo(b) < 0 ? a + ", " + b : b + ", " + a));
        byte[] code = bytesWithoutMaps();
        StringBuilder text = new StringBuilder();
        int slot = 0;
        for (Instruction instruction : instructions) {
            String name = names.get(slot);
            if (name != null) {
                text.append(name).append(":\n");
            }
            for (int half = 0; half < instruction.slots(); half++, slot++) {
                String number = Integer.toString(slot);
                text.append(" ".repeat(Math.max(1, 5 - number.length())))
                        .append(number)
                        .append(':');
                for (int i = 0; i < Instruction.BYTES; i++) {
                    int octet = code[slot * Instruction.BYTES + i];
                    text.append(' ')
                            .append(Character.forDigit(octet >> 4 & 15, 16))
                            .append(Character.forDigit(octet & 15, 16));
                }
                text.append(half == 0 ? "   " + instruction : "").append('\n');
            }
        }
        return text.toString();
    }
}
