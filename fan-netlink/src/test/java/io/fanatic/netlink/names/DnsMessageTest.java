package io.fanatic.netlink.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is read of messages that others write, and what is not. */
class DnsMessageTest {
    private static final int TXT = 16;
    private static final int POINTER = 0xc000;
    private static final int QUESTION = POINTER | DnsMessage.HEADER;

    /** A message that asks for {@code db}, and has room for records. */
    private static ByteBuf message(int flags, int answers, int additional) {
        return Unpooled.buffer()
                .writeShort(1)
                .writeShort(flags)
                .writeShort(1)
                .writeShort(answers)
                .writeShort(0)
                .writeShort(additional)
                .writeBytes(new byte[] {2, 'd', 'b', 0})
                .writeShort(DnsMessage.A)
                .writeShort(DnsMessage.INTERNET);
    }

    private static ByteBuf record(ByteBuf out, int owner, int type, byte[] data) {
        return out.writeShort(owner)
                .writeShort(type)
                .writeShort(DnsMessage.INTERNET)
                .writeInt(5)
                .writeShort(data.length)
                .writeBytes(data);
    }

    private static Optional<DnsMessage> read(ByteBuf message) {
        byte[] bytes = new byte[message.readableBytes()];
        message.readBytes(bytes);
        return DnsMessage.parse(bytes);
    }

    /** Pointers, each to the one before, the first to the question's name. */
    private static byte[] chain(int pointers, int at) {
        ByteBuf chain = Unpooled.buffer();
        for (int i = 0; i < pointers; i++) {
            chain.writeShort(i == 0 ? QUESTION : POINTER | at + 2 * (i - 1));
        }
        byte[] bytes = new byte[chain.readableBytes()];
        chain.readBytes(bytes);
        return bytes;
    }

    /** An answer whose second record has a name of that many pointers. */
    private static Optional<DnsMessage> withPointers(int count) {
        ByteBuf out = message(DnsMessage.QR, 2, 0);
        int at = out.writerIndex() + 12;
        record(out, QUESTION, TXT, chain(count - 1, at));
        return read(record(out, POINTER | at + 2 * (count - 2), DnsMessage.A, new byte[4]));
    }

    @Test
    void ofAQueryNoRecordButEdnsIsRead() {
        ByteBuf out = message(0, 0, 2);
        // A name that leads to itself.
        record(out, POINTER | out.writerIndex(), TXT, new byte[0]);
        out.writeByte(0).writeShort(DnsMessage.OPT).writeShort(1400).writeInt(0).writeShort(0);
        assertThat(read(out)).get().satisfies(query -> {
            assertThat(query.name()).isEqualTo("db");
            assertThat(query.edns()).contains(new DnsMessage.Edns(1400, 0, false));
        });
    }

    @Test
    void theNameOfAQuestionHasNoPointer() {
        for (int flags : new int[] {0, DnsMessage.QR}) {
            ByteBuf out = Unpooled.buffer().writeShort(1).writeShort(flags).writeShort(1);
            out.writeShort(0).writeInt(0);
            out.writeShort(POINTER | DnsMessage.HEADER + 6)
                    .writeShort(DnsMessage.A)
                    .writeShort(DnsMessage.INTERNET);
            out.writeBytes(new byte[] {2, 'd', 'b', 0});
            assertThat(read(out)).isEmpty();
        }
    }

    @Test
    void theNameOfARecordHasNoMorePointersThanANameHasLabels() {
        assertThat(withPointers(127).orElseThrow().answers().get(1).name()).isEqualTo("db");
        assertThat(withPointers(128)).isEmpty();
    }

    @Test
    void aPointerLeadsBack() {
        ByteBuf out = message(DnsMessage.QR, 2, 0);
        int later = out.writerIndex() + 12;
        record(out, POINTER | later, DnsMessage.A, new byte[4]);
        assertThat(read(record(out, QUESTION, DnsMessage.A, new byte[4]))).isEmpty();
    }

    @Test
    void aNameIsNoLongerThanDnsAllows() {
        String label = "x".repeat(63);
        String longest = String.join(".", label, label, label, "x".repeat(61));
        assertThat(DnsMessage.parse(DnsWriter.query(1, longest, DnsMessage.A)))
                .get()
                .extracting(DnsMessage::name)
                .isEqualTo(longest);
        assertThat(DnsMessage.parse(DnsWriter.query(1, longest + "x", DnsMessage.A)))
                .isEmpty();
        ByteBuf out = message(DnsMessage.QR, 1, 0);
        // Goes round between a label and the pointer behind it.
        int at = out.writerIndex();
        out.writeByte(1).writeByte('x').writeShort(POINTER | at);
        out.writeShort(DnsMessage.A).writeShort(DnsMessage.INTERNET).writeInt(5).writeShort(0);
        assertThat(read(out)).isEmpty();
    }

    @Test
    void aDotInsideALabelIsNotOneBetweenLabels() {
        byte[] query = DnsWriter.query(1, "db.h1", DnsMessage.A);
        byte[] dotted = query.clone();
        dotted[DnsMessage.HEADER] = 5;
        dotted[DnsMessage.HEADER + 3] = '.';
        assertThat(new String(dotted, DnsMessage.HEADER + 1, 5, StandardCharsets.US_ASCII))
                .isEqualTo("db.h1");
        assertThat(DnsMessage.parse(dotted).orElseThrow().name())
                .isNotEqualTo(DnsMessage.parse(query).orElseThrow().name());
    }
}
