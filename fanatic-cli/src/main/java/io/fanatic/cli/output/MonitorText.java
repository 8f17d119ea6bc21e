package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.engine.MonitoredFrame;
import io.fanatic.netlink.engine.PacketHeader;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The lines of {@code fanctl monitor}, for people or as objects. */
public final class MonitorText {
    private static final int SCHEMA = 1;
    private static final String RED = "1;31";
    private static final String DIM = "2";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Screen screen;
    private final boolean json;

    public MonitorText(Screen screen, boolean json) {
        this.screen = screen;
        this.json = json;
    }

    public void print(MonitoredFrame frame) {
        screen.line(json ? object(frame).toString() : line(frame));
    }

    /** @param more frames of this reason that were not printed */
    public void printNotShown(String bridge, Counter reason, long more) {
        if (!json) {
            screen.line(screen.paint(
                    DIM,
                    String.format(
                            "             %s %s: %d more not shown",
                            bridge, what(reason).strip(), more)));
            return;
        }
        JsonObject object = head(Instant.now(), bridge, reason);
        object.addProperty("notShown", more);
        screen.line(object.toString());
    }

    private String line(MonitoredFrame frame) {
        Counter reason = frame.reason();
        PacketHeader packet = frame.packet();
        StringBuilder line = new StringBuilder();
        line.append(TIME.format(frame.time().atZone(ZoneId.systemDefault())))
                .append(' ')
                .append(frame.fan())
                .append(' ')
                .append(painted(reason))
                .append(' ');
        if (!reason.isSend()) {
            Optional<String> sender = frame.sender().map(MacAddress::toString);
            sender.or(() -> frame.peer().map(Ipv4Address::toString))
                    .ifPresent(who -> line.append(who).append(" says "));
        }
        line.append(packet.source().orElse("?"))
                .append(" -> ")
                .append(packet.destination().orElse("?"));
        if (reason == Counter.SENT && frame.peer().isPresent()) {
            line.append(" by ").append(frame.peer().get());
        }
        line.append(' ').append(packet.protocol());
        if (packet.sourcePort().isPresent()) {
            line.append(' ')
                    .append(packet.sourcePort().getAsInt())
                    .append(" > ")
                    .append(packet.destinationPort().getAsInt());
        }
        return line.append(", ").append(frame.length()).append(" bytes").toString();
    }

    private String painted(Counter reason) {
        return switch (reason.kind()) {
            case SUSPICIOUS -> screen.paint(RED, what(reason));
            case NORMAL -> what(reason);
            case PASSED -> screen.paint(DIM, what(reason));
        };
    }

    /** {@code drop in  spoofed}. */
    private static String what(Counter reason) {
        boolean passed = reason.kind() == Counter.Kind.PASSED;
        return String.format(
                "%s %-3s %-12s", passed ? "pass" : "drop", reason.direction(), passed ? "" : reason.reason());
    }

    private static JsonObject head(Instant time, String bridge, Counter reason) {
        JsonObject object = new JsonObject();
        object.addProperty("schema", SCHEMA);
        object.addProperty("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
        object.addProperty("fan", bridge);
        object.addProperty("verdict", reason.kind() == Counter.Kind.PASSED ? "pass" : "drop");
        object.addProperty("direction", reason.direction());
        object.addProperty("reason", reason.reason());
        return object;
    }

    private static JsonObject object(MonitoredFrame frame) {
        JsonObject object = head(frame.time(), frame.fan(), frame.reason());
        PacketHeader packet = frame.packet();
        add(object, "peer", frame.peer().map(Object::toString));
        add(object, "sender", frame.sender().map(Object::toString));
        add(object, "source", packet.source());
        add(object, "destination", packet.destination());
        object.addProperty("protocol", packet.protocol());
        packet.sourcePort().ifPresent(port -> object.addProperty("sourcePort", port));
        packet.destinationPort().ifPresent(port -> object.addProperty("destinationPort", port));
        object.addProperty("length", frame.length());
        return object;
    }

    private static void add(JsonObject object, String name, Optional<String> value) {
        value.ifPresent(text -> object.addProperty(name, text));
    }
}
