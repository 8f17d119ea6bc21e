package io.fanatic.netlink.names;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import java.util.List;
import java.util.Optional;

/**
 * Any datagram: no message, or one whose answer repeats its question to the letter, can be read again and stays within its limit.
 * Documented: no exception.
 */
public final class DnsMessageFuzz {
    private static final FanMapping MAPPING =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final FanZone ZONE = new FanZone(
            MAPPING,
            Optional.of(new Ipv6Mapping(Ipv6Prefix.parse("fd00:fa::/48"), MAPPING.underlay())),
            List.of(MAPPING.slice(Ipv4Address.parse("10.0.0.1"))),
            true);

    private DnsMessageFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        DnsMessage.idOfQuery(data);
        Optional<DnsMessage> read = DnsMessage.parse(data);
        if (read.isEmpty()) {
            return;
        }
        DnsMessage query = read.get();
        ZONE.target(query.name());
        int limit = DnsWriter.datagram(query);
        Answer found =
                Answer.addresses(ZONE, List.of(Ipv4Address.parse("250.0.1.2"), Ipv6Address.parse("fd00:fa:0:1::2")));
        for (Answer answer : List.of(found, Answer.noSuchName(ZONE), Answer.apex(ZONE))) {
            byte[] written = DnsWriter.answer(query, answer, true, limit);
            if (written.length > Math.max(limit, DnsMessage.HEADER + query.question().length + 11)) {
                throw new AssertionError("too long: " + written.length);
            }
            Optional<DnsMessage> back = DnsMessage.parse(written);
            if (back.isEmpty()
                    || back.get().id() != query.id()
                    || !back.get().name().equals(query.name())
                    || !back.get().isAnswer()) {
                throw new AssertionError("reads back otherwise: " + back);
            }
        }
        DnsWriter.passedBack(data, query, limit);
    }
}
