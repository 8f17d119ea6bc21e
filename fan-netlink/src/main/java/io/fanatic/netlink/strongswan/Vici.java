package io.fanatic.netlink.strongswan;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A connection to strongSwan's daemon by its "versatile IKE configuration interface": requests, their answers, and events, each a
 * {@link Section}.
 *
 * <pre>
 *   | length 4 | type 1 | name's length 1 | name | element ...        lengths are big-endian
 *   element:   1 name = begin of a section    2 = its end    3 name, length 2, value
 *              4 name = begin of a list       5 length 2, item      6 = its end
 * </pre>
 */
final class Vici implements AutoCloseable {
    private static final int REQUEST = 0;
    private static final int RESPONSE = 1;
    private static final int EVENT_REGISTER = 3;
    private static final int EVENT_UNREGISTER = 4;
    private static final int EVENT_CONFIRM = 5;
    private static final int EVENT = 7;
    private static final int SECTION_START = 1;
    private static final int SECTION_END = 2;
    private static final int KEY_VALUE = 3;
    private static final int LIST_START = 4;
    private static final int LIST_ITEM = 5;
    private static final int LIST_END = 6;
    /** The daemon's own limit, bytes. */
    private static final int MAX_MESSAGE = 512 * 1024;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final SocketChannel channel;
    private final Selector selector;

    private Vici(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /** @throws IOException when nobody listens at the socket */
    static Vici connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            Selector selector = Selector.open();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            return new Vici(channel, selector);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Carries out a command.
     *
     * @return its answer
     * @throws IOException when there is none within 10 s, or the daemon does not know the command
     */
    Section request(String command, Section message) throws IOException {
        return exchange(REQUEST, command, message, new ArrayList<>());
    }

    /**
     * Carries out a command that tells of what it does by events.
     *
     * @param event its name, such as {@code list-sa}
     * @param events where what it tells goes
     * @return its answer
     * @throws IOException when there is none within 10 s, or the daemon does not know the command or the event
     */
    Section request(String command, Section message, String event, List<Section> events) throws IOException {
        exchange(EVENT_REGISTER, event, new Section(), events);
        Section answer = exchange(REQUEST, command, message, events);
        // Who registers twice is told everything twice.
        exchange(EVENT_UNREGISTER, event, new Section(), new ArrayList<>());
        return answer;
    }

    private Section exchange(int type, String name, Section message, List<Section> events) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(type);
        name(bytes, name);
        encode(bytes, message);
        ByteBuffer out = ByteBuffer.allocate(4 + bytes.size());
        out.putInt(bytes.size()).put(bytes.toByteArray()).flip();
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE, end);
            }
        }
        while (true) {
            int length = read(4, end).getInt();
            if (length < 1 || length > MAX_MESSAGE) {
                throw new IOException("strongSwan answered with " + length + " bytes");
            }
            ByteBuffer answer = read(length, end);
            int kind = answer.get();
            if (kind == EVENT) {
                text(answer, length1(answer));
                events.add(decode(answer));
            } else if (kind == (type == REQUEST ? RESPONSE : EVENT_CONFIRM)) {
                return decode(answer);
            } else {
                throw new IOException("strongSwan does not know " + name);
            }
        }
    }

    private ByteBuffer read(int bytes, long end) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer);
            if (count < 0) {
                throw new EOFException("strongSwan closed the connection");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, end);
            }
        }
        return buffer.flip();
    }

    private void await(int operation, long end) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new IOException("no answer from strongSwan within " + TIMEOUT.toSeconds() + " s");
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }

    static void encode(ByteArrayOutputStream bytes, Section section) {
        section.values().forEach((key, value) -> {
            bytes.write(KEY_VALUE);
            name(bytes, key);
            value(bytes, value);
        });
        section.lists().forEach((key, items) -> {
            bytes.write(LIST_START);
            name(bytes, key);
            for (String item : items) {
                bytes.write(LIST_ITEM);
                value(bytes, item);
            }
            bytes.write(LIST_END);
        });
        section.sections().forEach((key, inner) -> {
            bytes.write(SECTION_START);
            name(bytes, key);
            encode(bytes, inner);
            bytes.write(SECTION_END);
        });
    }

    private static void name(ByteArrayOutputStream bytes, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        bytes.write(text.length);
        bytes.writeBytes(text);
    }

    private static void value(ByteArrayOutputStream bytes, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        bytes.write(text.length >> 8);
        bytes.write(text.length);
        bytes.writeBytes(text);
    }

    /** @throws IOException when it is no message */
    static Section decode(ByteBuffer message) throws IOException {
        Section whole = new Section();
        Deque<Section> open = new ArrayDeque<>(List.of(whole));
        String listName = "";
        List<String> items = new ArrayList<>();
        while (message.hasRemaining()) {
            int element = message.get();
            switch (element) {
                case SECTION_START -> open.push(open.element().section(text(message, length1(message))));
                case SECTION_END -> open.pop();
                case KEY_VALUE -> {
                    String key = text(message, length1(message));
                    open.element().set(key, text(message, length2(message)));
                }
                case LIST_START -> {
                    listName = text(message, length1(message));
                    items.clear();
                }
                case LIST_ITEM -> items.add(text(message, length2(message)));
                case LIST_END -> open.element().set(listName, items);
                default -> throw new IOException("strongSwan's answer has an element " + element);
            }
            if (open.isEmpty()) {
                throw new IOException("strongSwan's answer ends a section that it did not begin");
            }
        }
        return whole;
    }

    private static int length1(ByteBuffer message) throws IOException {
        require(message, 1);
        return message.get() & 0xff;
    }

    private static int length2(ByteBuffer message) throws IOException {
        require(message, 2);
        return message.getShort() & 0xffff;
    }

    private static String text(ByteBuffer message, int length) throws IOException {
        require(message, length);
        byte[] bytes = new byte[length];
        message.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void require(ByteBuffer message, int bytes) throws IOException {
        if (message.remaining() < bytes) {
            throw new EOFException("strongSwan's answer is cut off");
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            selector.close();
        }
    }
}
