package io.fanatic.netlink.names;

import io.fanatic.core.IpFamily;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message of DNS (RFC 1035, section 4; RFC 6891), as far as it is read here: the header, one question, the answers, and EDNS.
 * Netty reads names and records. The question's bytes are kept, since an answer must repeat them to the letter.
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
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            return parse(bytes, in);
        } catch (DecoderException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException bad) {
            return Optional.empty();
        }
    }

    private static Optional<DnsMessage> parse(byte[] bytes, ByteBuf in) {
        int id = in.readUnsignedShort();
        int flags = in.readUnsignedShort();
        if (in.readUnsignedShort() != 1) {
            return Optional.empty();
        }
        int answerCount = in.readUnsignedShort();
        int authorityCount = in.readUnsignedShort();
        int additionalCount = in.readUnsignedShort();
        if (answerCount + authorityCount + additionalCount > MAX_RECORDS) {
            return Optional.empty();
        }
        String name = plain(DefaultDnsRecordDecoder.decodeName(in));
        int type = in.readUnsignedShort();
        int dnsClass = in.readUnsignedShort();
        byte[] question = Arrays.copyOfRange(bytes, HEADER, in.readerIndex());
        List<Answer> answers = new ArrayList<>();
        Optional<Edns> edns = Optional.empty();
        for (int i = 0; i < answerCount + authorityCount + additionalCount; i++) {
            DnsRecord record = record(in);
            if (i < answerCount) {
                answers.add(answer(record));
            } else if (i >= answerCount + authorityCount && record.type().intValue() == OPT) {
                if (edns.isPresent()) {
                    return Optional.empty();
                }
                long ttl = record.timeToLive();
                edns = Optional.of(new Edns(record.dnsClass(), (int) (ttl >>> 16) & 0xff, (ttl & 0x8000) != 0));
            }
            ReferenceCountUtil.release(record);
        }
        return Optional.of(new DnsMessage(id, flags, name, type, dnsClass, question, List.copyOf(answers), edns));
    }

    private static DnsRecord record(ByteBuf in) {
        try {
            DnsRecord record = DnsRecordDecoder.DEFAULT.decodeRecord(in);
            if (record == null) {
                throw new DecoderException("a record ends early");
            }
            return record;
        } catch (DecoderException | IndexOutOfBoundsException | IllegalArgumentException bad) {
            throw bad;
        } catch (Exception bad) {
            throw new DecoderException(bad);
        }
    }

    private static Answer answer(DnsRecord record) {
        byte[] data = {};
        String target = "";
        if (record instanceof DnsPtrRecord pointer) {
            target = plain(pointer.hostname());
        } else if (record instanceof DnsRawRecord raw) {
            data = new byte[raw.content().readableBytes()];
            raw.content().getBytes(raw.content().readerIndex(), data);
        }
        return new Answer(plain(record.name()), record.type().intValue(), record.dnsClass(), data, target);
    }

    private static String plain(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
    }

    /** For messages of tests and logs. */
    @Override
    public String toString() {
        return name + " type " + type + (isAnswer() ? " rcode " + rcode() : "");
    }
}
