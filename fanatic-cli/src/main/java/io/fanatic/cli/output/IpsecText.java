package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.kernel.IpsecState;
import java.time.Duration;
import java.time.Instant;

/** Whom an encrypted fan has keys with, and what IPsec dropped, for {@code show --stats}. */
final class IpsecText {
    private IpsecText() {}

    static void append(StringBuilder text, Fan fan, IpsecState state) {
        text.append('\n')
                .append(fan.bridge())
                .append(" has keys with ")
                .append(state.peers().size());
        text.append(state.peers().size() == 1 ? " host:\n" : " hosts:\n");
        for (IpsecState.Peer peer : state.peers()) {
            // A clock that was set back shows no age below 0.
            long age = Math.max(0, Duration.between(peer.since(), Instant.now()).toSeconds());
            text.append(String.format(
                    "   %-15s  %s, the latest %s old; with these keys %,d packets sent, %,d received%n",
                    peer.underlay(), peer.algorithm(), age(age), peer.sentPackets(), peer.receivedPackets()));
        }
        if (!state.drops().isEmpty()) {
            text.append("packets that IPsec dropped on this host, since it came up:\n");
            state.drops().forEach((reason, count) -> {
                String number = Long.toString(count);
                text.append("   ")
                        .append(" ".repeat(Math.max(0, 14 - number.length())))
                        .append(number)
                        .append("  ")
                        .append(IpsecState.sentence(reason))
                        .append('\n');
            });
        }
    }

    private static String age(long seconds) {
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    static JsonObject json(IpsecState state) {
        JsonObject drops = new JsonObject();
        state.drops().forEach(drops::addProperty);
        return JsonValues.object("peers", JsonValues.array(state.peers(), IpsecText::peer), "drops", drops);
    }

    private static JsonObject peer(IpsecState.Peer peer) {
        JsonObject one = new JsonObject();
        one.addProperty("underlay", peer.underlay().toString());
        one.addProperty("algorithm", peer.algorithm());
        one.addProperty("since", peer.since().toString());
        one.addProperty("sentBytes", peer.sentBytes());
        one.addProperty("sentPackets", peer.sentPackets());
        one.addProperty("receivedBytes", peer.receivedBytes());
        one.addProperty("receivedPackets", peer.receivedPackets());
        return one;
    }
}
