package io.fanatic.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.netlink.wire.MalformedReplyException;
import io.fanatic.netlink.wire.Replies;
import io.fanatic.netlink.wire.ReplyReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever the kernel's bytes are, a reader gives a value or the one typed exception. */
class ReaderPropertyTest {
    private static final List<ReplyReader<?>> READERS = List.of(
            new LinkReader(),
            new Addresses.Reader(),
            new RouteReader(),
            new Rules.Reader(),
            new Neighbours.Reader(),
            new ForwardingDatabase.Reader(),
            new VniFilter.Reader(),
            new QdiscReader(),
            new FilterReader(TrafficControl.Direction.INGRESS));

    @Property
    void anyBytes(@ForAll @Size(max = 120) byte[] payload) {
        readWithAll(payload);
    }

    /** Attributes whose frames are sound and whose contents are anything, so that the inner readers get their share. */
    @Property(tries = 2000)
    void anyAttributes(@ForAll @Size(20) byte[] fixed, @ForAll("attributes") List<byte[]> attributes) {
        ByteBuffer payload = ByteBuffer.allocate(65536).put(fixed, 0, 4 * (fixed[0] & 3) + 8);
        attributes.forEach(payload::put);
        byte[] bytes = new byte[payload.position()];
        payload.flip().get(bytes);
        readWithAll(bytes);
    }

    @Provide
    Arbitrary<List<byte[]>> attributes() {
        return rows(3);
    }

    private static Arbitrary<List<byte[]>> rows(int depth) {
        Arbitrary<byte[]> value = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        if (depth > 0) {
            value = Arbitraries.oneOf(value, rows(depth - 1).map(ReaderPropertyTest::join));
        }
        return Combinators.combine(Arbitraries.integers().between(0, 40), value)
                .as(ReaderPropertyTest::attribute)
                .list()
                .ofMaxSize(5);
    }

    private static byte[] attribute(int type, byte[] value) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + value.length + 3 & ~3).order(ByteOrder.nativeOrder());
        return bytes.putShort((short) (4 + value.length))
                .putShort((short) type)
                .put(value)
                .array();
    }

    private static byte[] join(List<byte[]> parts) {
        ByteBuffer joined =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(joined::put);
        return joined.array();
    }

    private static void readWithAll(byte[] payload) {
        for (ReplyReader<?> reader : READERS) {
            try {
                assertThat(Replies.read(reader, 0, payload)).hasSizeLessThan(payload.length + 1);
            } catch (MalformedReplyException e) {
                assertThat(e.kernelText()).isNotEmpty();
            }
        }
    }
}
