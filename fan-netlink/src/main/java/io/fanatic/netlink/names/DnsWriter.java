package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Writes messages of DNS. By hand: Netty's encoder would write the question's name anew, and an answer must repeat it to the letter.
 */
final class DnsWriter {
    /** Seconds that a client may remember an answer, and that there is none (RFC 2308): containers come and go. */
    static final int TTL = 5;

    /** RFC 1035: the largest datagram without EDNS. */
    static final int PLAIN_DATAGRAM = 512;

    /** What fits into one packet everywhere, as dnsflagday.net/2020 has it. */
    static final int MAX_DATAGRAM = 1232;

    /** RFC 6840, section 5.7: the asker understands the bit in the answer. */
    private static final int AD = 0x0020;

    private static final int QUESTION_POINTER = 0xc000 | DnsMessage.HEADER;
    private static final int BADVERS_HIGH_BITS = 1;
    private static final int EDNS_RECORD = 11;
    private static final int ANSWERS_AT = 6;
    private static final int AUTHORITY_AT = 8;
    private static final int ADDITIONAL_AT = 10;
    private static final int FLAGS_AT = 2;

    private DnsWriter() {}

    /** {@return the most bytes of an answer in a datagram} */
    static int datagram(DnsMessage query) {
        return query.edns()
                .map(edns -> Math.max(PLAIN_DATAGRAM, Math.min(MAX_DATAGRAM, edns.bytes())))
                .orElse(PLAIN_DATAGRAM);
    }

    /**
     * Writes an answer.
     *
     * @param recursive whether other names are resolved for this asker as well
     * @param limit bytes; what is larger is cut down to the question, and says so
     */
    static byte[] answer(DnsMessage query, Answer answer, boolean recursive, int limit) {
        int flags =
                DnsMessage.QR | query.flags() & (DnsMessage.OPCODE | DnsMessage.RD | DnsMessage.CD) | answer.rcode();
        flags |= recursive ? DnsMessage.RA : 0;
        flags |= answer.zone().isPresent() ? DnsMessage.AA : 0;
        ByteBuf out = header(query, flags);
        int records = answers(query, answer, out);
        out.setShort(ANSWERS_AT, records);
        if (records == 0 && answer.zone().isPresent()) {
            out.setShort(AUTHORITY_AT, 1);
            soa(answer.zone().get(), false, out);
        }
        if (out.readableBytes() + EDNS_RECORD > limit) {
            out.release();
            out = header(query, flags | DnsMessage.TC);
        }
        edns(query, 0, out);
        return bytes(out);
    }

    /** Says that no other version of EDNS is known than 0 (RFC 6891, section 6.1.3). */
    static byte[] badVersion(DnsMessage query) {
        ByteBuf out = header(query, DnsMessage.QR | query.flags() & DnsMessage.RD);
        edns(query, BADVERS_HIGH_BITS, out);
        return bytes(out);
    }

    /** Says of a query that cannot be read that it cannot; it has no question to repeat. */
    static byte[] formatError(int id) {
        ByteBuf out = Unpooled.buffer(DnsMessage.HEADER);
        out.writeShort(id).writeShort(DnsMessage.QR | Answer.FORMERR).writeLong(0);
        return bytes(out);
    }

    private static ByteBuf header(DnsMessage query, int flags) {
        ByteBuf out = Unpooled.buffer(PLAIN_DATAGRAM);
        out.writeShort(query.id()).writeShort(flags).writeShort(1).writeShort(0).writeInt(0);
        return out.writeBytes(query.question());
    }

    private static int answers(DnsMessage query, Answer answer, ByteBuf out) {
        int records = 0;
        boolean any = query.type() == DnsMessage.ANY;
        for (IpAddress address : answer.addresses()) {
            int type = DnsMessage.typeOf(address.family());
            if (any || query.type() == type) {
                byte[] octets = address.octets();
                record(type, out).writeShort(octets.length).writeBytes(octets);
                records++;
            }
        }
        if (any || query.type() == DnsMessage.PTR) {
            for (String name : answer.names()) {
                ByteBuf encoded = Unpooled.buffer();
                name(name, encoded);
                record(DnsMessage.PTR, out).writeShort(encoded.readableBytes()).writeBytes(encoded);
                records++;
            }
        }
        if (answer.apex() && (any || query.type() == DnsMessage.SOA)) {
            soa(answer.zone().orElseThrow(), true, out);
            records++;
        }
        return records;
    }

    private static ByteBuf record(int type, ByteBuf out) {
        return out.writeShort(QUESTION_POINTER)
                .writeShort(type)
                .writeShort(DnsMessage.INTERNET)
                .writeInt(TTL);
    }

    /** Nothing is transferred from zone to zone, so of its numbers only the last one means something. */
    private static void soa(String zone, boolean asked, ByteBuf out) {
        if (asked) {
            out.writeShort(QUESTION_POINTER);
        } else {
            name(zone, out);
        }
        ByteBuf data = Unpooled.buffer();
        name(zone, data);
        name("nobody.invalid", data);
        data.writeInt(1).writeInt(3600).writeInt(600).writeInt(86400).writeInt(TTL);
        out.writeShort(DnsMessage.SOA).writeShort(DnsMessage.INTERNET).writeInt(TTL);
        out.writeShort(data.readableBytes()).writeBytes(data);
    }

    private static void edns(DnsMessage query, int highBits, ByteBuf out) {
        if (query.edns().isEmpty()) {
            return;
        }
        boolean dnssec = query.edns().get().dnssec();
        out.setShort(ADDITIONAL_AT, 1);
        edns(dnssec, highBits, out);
    }

    private static void edns(boolean dnssec, int highBits, ByteBuf out) {
        out.writeByte(0)
                .writeShort(DnsMessage.OPT)
                .writeShort(MAX_DATAGRAM)
                .writeInt(highBits << 24 | (dnssec ? 0x8000 : 0))
                .writeShort(0);
    }

    /**
     * Writes a query without EDNS.
     *
     * @param name without a dot at the end
     */
    static byte[] query(int id, String name, int type) {
        ByteBuf out = Unpooled.buffer(PLAIN_DATAGRAM);
        out.writeShort(id).writeShort(0).writeShort(1).writeShort(0).writeInt(0);
        name(name, out);
        out.writeShort(type).writeShort(DnsMessage.INTERNET);
        return bytes(out);
    }

    /** Writes a query that asks another server what we were asked. */
    static byte[] passedOn(int id, DnsMessage query) {
        ByteBuf out = Unpooled.buffer(PLAIN_DATAGRAM);
        out.writeShort(id).writeShort(query.flags() & (DnsMessage.RD | DnsMessage.CD | AD));
        out.writeShort(1).writeShort(0).writeInt(0).writeBytes(query.question());
        edns(query, 0, out);
        return bytes(out);
    }

    /**
     * Makes the answer of another server one to this query.
     *
     * @param answer to a query that asks the same as this one
     * @param limit bytes; what is larger is cut down to the question, and says so
     */
    static byte[] passedBack(byte[] answer, DnsMessage query, int limit) {
        ByteBuf out = Unpooled.buffer(Math.min(answer.length, limit));
        int question = query.question().length;
        if (answer.length > limit) {
            int flags = (answer[FLAGS_AT] & 0xff) << 8 | answer[FLAGS_AT + 1] & 0xff;
            out.writeBytes(header(query, flags | DnsMessage.TC));
            edns(query, 0, out);
        } else {
            out.writeBytes(answer);
            out.setShort(0, query.id()).setBytes(DnsMessage.HEADER, query.question(), 0, question);
        }
        return bytes(out);
    }

    private static void name(String name, ByteBuf out) {
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.", -1)) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            out.writeByte(bytes.length).writeBytes(bytes);
        }
        out.writeByte(0);
    }

    private static byte[] bytes(ByteBuf out) {
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes).release();
        return bytes;
    }
}
