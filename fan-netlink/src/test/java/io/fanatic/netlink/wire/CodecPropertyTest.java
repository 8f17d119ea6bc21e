package io.fanatic.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** What is written is read; what was never written ends in the one typed exception. */
class CodecPropertyTest {

    /** A value of each form that {@link Request} writes and {@link Attributes} reads. */
    sealed interface Value {
        record U8(int value) implements Value {}

        record U16(int value) implements Value {}

        record U32(int value) implements Value {}

        record Be16(int value) implements Value {}

        record Be32(int value) implements Value {}

        record Text(String value) implements Value {}

        record Octets(List<Byte> value) implements Value {}

        record Flag() implements Value {}

        record Nest(List<Attribute> value) implements Value {}
    }

    record Attribute(int type, Value value) {}

    @Property
    void whatIsEncodedIsDecoded(@ForAll("attributes") List<Attribute> attributes, @ForAll int fixed) {
        Request request = new Request().start(7, 0).put32(fixed);
        attributes.forEach(attribute -> write(request, attribute));

        Reply reply = Replies.of(request, 0, 3, 4);

        assertThat(reply.next()).isTrue();
        assertThat(reply.type()).isEqualTo(7);
        assertThat(reply.sequence()).isEqualTo(3);
        assertThat(reply.port()).isEqualTo(4);
        assertThat(reply.u32(0)).isEqualTo(fixed);
        assertThat(read(reply.attributes(4), attributes)).isEqualTo(attributes);
        assertThat(reply.next()).isFalse();
    }

    @Property
    void anyBytesAreReadOrRefusedInOneWay(@ForAll @Size(max = 200) byte[] bytes) {
        readEverything(bytes);
    }

    @Property
    void aDamagedMessageIsReadOrRefusedInOneWay(
            @ForAll("attributes") List<Attribute> attributes, @ForAll int cut, @ForAll int place, @ForAll byte damage) {
        Request request = new Request().start(7, 0).put32(1);
        attributes.forEach(attribute -> write(request, attribute));
        var buffer = request.finish(0, 3, 4);
        byte[] bytes = new byte[Math.floorMod(cut, buffer.remaining()) + 1];
        buffer.get(bytes);
        bytes[Math.floorMod(place, bytes.length)] = damage;

        readEverything(bytes);
    }

    private static void readEverything(byte[] bytes) {
        int messages = 0;
        try {
            Reply reply = Replies.datagram(bytes);
            while (reply.next()) {
                messages++;
                Acknowledgement.checkError("test", reply);
                Acknowledgement.checkDone("test", reply);
                readAll(reply.attributes(reply.u8(0)), 0);
            }
        } catch (MalformedReplyException e) {
            assertThat(e).hasMessageContaining("read a netlink message");
        } catch (NetlinkException e) {
            assertThat(e.operation()).isEqualTo("test");
        }
        assertThat(messages).isLessThanOrEqualTo(bytes.length / 16);
    }

    private static void readAll(Attributes attributes, int depth) {
        while (attributes.next()) {
            assertThat(attributes.string().length()).isLessThanOrEqualTo(attributes.length());
            assertThat(attributes.bytes()).hasSize(attributes.length());
            if (depth < 4) {
                readAll(attributes.nested(), depth + 1);
            }
            switch (attributes.type() & 7) {
                case 0 -> attributes.u8();
                case 1 -> attributes.u16();
                case 2 -> attributes.u32();
                case 3 -> attributes.be16();
                case 4 -> attributes.be32();
                case 5 -> readAll(attributes.nested(16), 4);
                case 6 -> readAll(attributes.nested(4, 12), 4);
                default -> attributes.u32(8);
            }
        }
    }

    private static void write(Request request, Attribute attribute) {
        int type = attribute.type();
        Value value = attribute.value();
        if (value instanceof Value.U8 v) {
            request.u8(type, v.value());
        } else if (value instanceof Value.U16 v) {
            request.u16(type, v.value());
        } else if (value instanceof Value.U32 v) {
            request.u32(type, v.value());
        } else if (value instanceof Value.Be16 v) {
            request.be16(type, v.value());
        } else if (value instanceof Value.Be32 v) {
            request.be32(type, v.value());
        } else if (value instanceof Value.Text v) {
            request.string(type, v.value());
        } else if (value instanceof Value.Octets v) {
            byte[] octets = new byte[v.value().size()];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = v.value().get(i);
            }
            request.bytes(type, octets);
        } else if (value instanceof Value.Flag) {
            request.flag(type);
        } else if (value instanceof Value.Nest v) {
            request.nest(type);
            v.value().forEach(inner -> write(request, inner));
            request.end();
        }
    }

    /** Reads with the forms of {@code pattern}, whose values are not looked at. */
    private static List<Attribute> read(Attributes attributes, List<Attribute> pattern) {
        List<Attribute> found = new ArrayList<>();
        while (attributes.next()) {
            Value form = pattern.get(found.size()).value();
            found.add(new Attribute(attributes.type(), readAs(attributes, form)));
        }
        return found;
    }

    private static Value readAs(Attributes attributes, Value form) {
        if (form instanceof Value.U8) {
            return new Value.U8(attributes.u8());
        } else if (form instanceof Value.U16) {
            return new Value.U16(attributes.u16());
        } else if (form instanceof Value.U32) {
            return new Value.U32(attributes.u32());
        } else if (form instanceof Value.Be16) {
            return new Value.Be16(attributes.be16());
        } else if (form instanceof Value.Be32) {
            return new Value.Be32(attributes.be32());
        } else if (form instanceof Value.Text) {
            return new Value.Text(attributes.string());
        } else if (form instanceof Value.Octets) {
            List<Byte> octets = new ArrayList<>();
            for (byte octet : attributes.bytes()) {
                octets.add(octet);
            }
            return new Value.Octets(octets);
        } else if (form instanceof Value.Nest nest) {
            return new Value.Nest(read(attributes.nested(), nest.value()));
        }
        assertThat(attributes.length()).isZero();
        return new Value.Flag();
    }

    @Provide
    Arbitrary<List<Attribute>> attributes() {
        return rows(3);
    }

    private static Arbitrary<List<Attribute>> rows(int depth) {
        List<Arbitrary<? extends Value>> forms = new ArrayList<>(List.of(
                Arbitraries.integers().between(0, 255).map(Value.U8::new),
                Arbitraries.integers().between(0, 65535).map(Value.U16::new),
                Arbitraries.integers().map(Value.U32::new),
                Arbitraries.integers().between(0, 65535).map(Value.Be16::new),
                Arbitraries.integers().map(Value.Be32::new),
                Arbitraries.strings()
                        .withCharRange('\1', '\ud7ff')
                        .ofMaxLength(20)
                        .map(Value.Text::new),
                Arbitraries.bytes().list().ofMaxSize(40).map(Value.Octets::new),
                Arbitraries.just(new Value.Flag())));
        if (depth > 0) {
            forms.add(Arbitraries.lazy(() -> rows(depth - 1)).map(Value.Nest::new));
        }
        Arbitrary<Value> value = Arbitraries.oneOf(forms);
        Arbitrary<Integer> type = Arbitraries.integers().between(0, 0x3fff);
        return net.jqwik.api.Combinators.combine(type, value)
                .as(Attribute::new)
                .list()
                .ofMaxSize(4);
    }
}
