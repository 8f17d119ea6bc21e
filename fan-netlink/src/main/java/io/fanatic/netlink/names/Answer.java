package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a question.
 *
 * @param rcode of RFC 1035, section 4.1.1
 * @param addresses those of a name, of both families as far as they were asked for
 * @param names those of an address
 * @param apex whether the question's name is that of a zone
 * @param zone whose it is; empty when nobody is authoritative
 */
record Answer(int rcode, List<IpAddress> addresses, List<String> names, boolean apex, Optional<String> zone) {
    static final int NOERROR = 0;
    static final int FORMERR = 1;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int NOTIMP = 4;
    static final int REFUSED = 5;

    static Answer addresses(FanZone zone, Collection<IpAddress> addresses) {
        return new Answer(NOERROR, List.copyOf(addresses), List.of(), false, Optional.of(zone.name()));
    }

    static Answer names(FanZone zone, List<String> names) {
        return new Answer(NOERROR, List.of(), List.copyOf(names), false, Optional.of(zone.name()));
    }

    /** The name exists, and has nothing of its own. */
    static Answer nothing(FanZone zone) {
        return addresses(zone, List.of());
    }

    static Answer apex(FanZone zone) {
        return new Answer(NOERROR, List.of(), List.of(), true, Optional.of(zone.name()));
    }

    static Answer noSuchName(FanZone zone) {
        return new Answer(NXDOMAIN, List.of(), List.of(), false, Optional.of(zone.name()));
    }

    static Answer error(int rcode) {
        return new Answer(rcode, List.of(), List.of(), false, Optional.empty());
    }
}
