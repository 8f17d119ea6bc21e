package io.fanatic.netlink.names;

import io.fanatic.core.IpFamily;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A message of DNS (RFC 1035, section 4; RFC 6891), as far as it is read here: the header, one question, EDNS, and of an answer its
 * answers. Other records are passed over. The question's bytes are kept, since an answer must repeat them to the letter.
 *
 * @param id the number that belongs to query and answer
 * @param flags the header's second field
 * @param name the question's name in small letters, without a dot at the end; empty for the root
 * @param type the question's type
 * @param dnsClass the question's class, 1 for the internet
 * @param question the question as it came
 * @param answers the records of the answer section
 * @param edns what the sender says of itself
 */
record DnsMessage(
        int id,
        int flags,
        String name,
        int type,
        int dnsClass,
        byte[] question,
        List<Answer> answers,
        Optional<Edns> edns) {

    static final int QR = 0x8000;
    static final int AA = 0x0400;
    static final int TC = 0x0200;
    static final int RD = 0x0100;
    static final int RA = 0x0080;
    static final int CD = 0x0010;
    static final int OPCODE = 0x7800;
    static final int RCODE = 0x000f;

    static final int A = 1;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int AAAA = 28;
    static final int OPT = 41;
    static final int IXFR = 251;
    static final int AXFR = 252;
    static final int ANY = 255;
    static final int INTERNET = 1;

    static final int HEADER = 12;

    /** More than any answer that is believed has; what names in records cost to read grows with their number. */
    static final int MAX_RECORDS = 512;

    static final int MAX_BYTES = 65535;

    /** Of a query: one question and EDNS need far less. */
    static final int MAX_QUERY = 4096;

    private static final int MAX_LABEL = 63;

    /** In characters, with the dots between labels: 255 octets (RFC 1035, section 3.1). */
    private static final int MAX_NAME = 253;

    /** As many as a name can have labels. */
    private static final int MAX_POINTERS = 127;

    private static final int POINTER = 0xc0;

    /**
     * A record of the answer section.
     *
     * @param name whose it is, as in {@link DnsMessage#name}
     * @param data as it came; empty for a PTR record
     * @param target of a PTR record, as in {@link DnsMessage#name}; empty for others
     */
    record Answer(String name, int type, int dnsClass, byte[] data, String target) {}

    /**
     * @param bytes the largest datagram that the sender takes
     * @param version 0
     * @param dnssec whether it wants signatures
     */
    record Edns(int bytes, int version, boolean dnssec) {}

    /** {@return the type of the records that have addresses of a family} */
    static int typeOf(IpFamily family) {
        return family == IpFamily.IPV4 ? A : AAAA;
    }

    boolean isAnswer() {
        return (flags & QR) != 0;
    }

    int opcode() {
        return flags & OPCODE;
    }

    int rcode() {
        return flags & RCODE;
    }

    /** The number of a message whose rest cannot be read; empty when not even that is there, or it is an answer. */
    static Optional<Integer> idOfQuery(byte[] bytes) {
        return bytes.length < HEADER || (bytes[2] & 0x80) != 0
                ? Optional.empty()
                : Optional.of((bytes[0] & 0xff) << 8 | bytes[1] & 0xff);
    }

    /** {@return the message; empty when it is not one with exactly one question} */
    static Optional<DnsMessage> parse(byte[] bytes) {
        if (bytes.length < HEADER || bytes.length > MAX_BYTES) {
            return Optional.empty();
        }
        try {
            return read(ByteBuffer.wrap(bytes));
        } catch (BufferUnderflowException | IllegalArgumentException bad) {
            return Optional.empty();
        }
    }

    private static Optional<DnsMessage> read(ByteBuffer in) {
        int id = number(in);
        int flags = number(in);
        if (number(in) != 1) {
            return Optional.empty();
        }
        int answerCount = number(in);
        int beforeAdditional = answerCount + number(in);
        int all = beforeAdditional + number(in);
        if (all > MAX_RECORDS) {
            return Optional.empty();
        }
        String name = name(in, 0);
        int type = number(in);
        int dnsClass = number(in);
        byte[] question = Arrays.copyOfRange(in.array(), HEADER, in.position());
        List<Answer> answers = new ArrayList<>();
        Optional<Edns> edns = Optional.empty();
        for (int i = 0; i < all; i++) {
            ByteBuffer owner = in.duplicate();
            passOverName(in);
            int recordType = number(in);
            int recordClass = number(in);
            int ttl = in.getInt();
            int length = number(in);
            ByteBuffer data = in.duplicate().limit(in.position() + length);
            in.position(data.limit());
            if (i < answerCount && (flags & QR) != 0) {
                answers.add(answer(name(owner, MAX_POINTERS), recordType, recordClass, data));
            } else if (i >= beforeAdditional && recordType == OPT) {
                if (edns.isPresent()) {
                    return Optional.empty();
                }
                edns = Optional.of(new Edns(recordClass, ttl >>> 16 & 0xff, (ttl & 0x8000) != 0));
            }
        }
        return Optional.of(new DnsMessage(id, flags, name, type, dnsClass, question, List.copyOf(answers), edns));
    }

    private static Answer answer(String name, int type, int dnsClass, ByteBuffer data) {
        if (type == PTR) {
            return new Answer(name, type, dnsClass, new byte[0], name(data, MAX_POINTERS));
        }
        byte[] octets = new byte[data.remaining()];
        data.get(octets);
        return new Answer(name, type, dnsClass, octets, "");
    }

    private static int number(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    /**
     * Reads a name, and where a pointer comes, goes on where that leads: always back.
     *
     * @param pointers how many may come
     */
    private static String name(ByteBuffer in, int pointers) {
        StringBuilder name = new StringBuilder();
        int left = pointers;
        while (true) {
            int at = in.position();
            int length = in.get() & 0xff;
            if (length == 0) {
                return name.toString();
            }
            if (length >= POINTER) {
                int target = (length - POINTER) << 8 | in.get() & 0xff;
                if (left-- == 0 || target >= at) {
                    throw new IllegalArgumentException("a pointer that no name needs");
                }
                in.position(target);
                continue;
            }
            name.append(name.length() == 0 ? "" : ".");
            if (length > MAX_LABEL || name.length() + length > MAX_NAME) {
                throw new IllegalArgumentException("a label or name that is too long");
            }
            for (int i = 0; i < length; i++) {
                char c = (char) (in.get() & 0xff);
                // A dot inside a label is none between labels.
                name.append(c == '.' ? '\ufffd' : c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c);
            }
        }
    }

    private static void passOverName(ByteBuffer in) {
        int length = in.get() & 0xff;
        while (length != 0 && length < POINTER) {
            if (length > MAX_LABEL) {
                throw new IllegalArgumentException("neither a label nor a pointer");
            }
            in.position(in.position() + length);
            length = in.get() & 0xff;
        }
        in.position(in.position() + (length == 0 ? 0 : 1));
    }

    /** For messages of tests and logs. */
    @Override
    public String toString() {
        return name + " type " + type + (isAnswer() ? " rcode " + rcode() : "");
    }
}
