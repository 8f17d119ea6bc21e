package io.fanatic.harness.serve;

import io.fanatic.core.FanMapping;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.harness.net.AccessPolicy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Counts who is in by the host that owns their addresses, keeps out who may not be, and tells of each peer's misdeeds once. Used by several event loops. */
final class ConnectionLimiter implements AccessPolicy {
    /** So that many addresses cannot fill the memory with what was said about them. */
    private static final int MAX_REMEMBERED = 1024;

    private final ResponderSpec spec;
    private final Consumer<String> log;
    private final Map<IpAddress, Integer> inside = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private int count;
    private long lastUse = System.nanoTime();

    ConnectionLimiter(ResponderSpec spec, Consumer<String> log) {
        this.spec = spec;
        this.log = log;
    }

    @Override
    public IpAddress owner(IpAddress peer) {
        if (spec.fan().isEmpty() || !spec.fan().get().overlay().contains(peer)) {
            return peer;
        }
        // Also where that is no host's address: a slice that is nobody's is limited as well.
        int owner = spec.fan().get() instanceof Ipv6Mapping ipv6
                ? ipv6.ownerBits(((Ipv6Address) peer).high())
                : ((FanMapping) spec.fan().get()).ownerBits(((Ipv4Address) peer).bits());
        return Ipv4Address.of(owner);
    }

    @Override
    public synchronized boolean enter(IpAddress peer) {
        if (!welcome(peer)) {
            return false;
        }
        int ofPeer = inside.getOrDefault(owner(peer), 0);
        if (ofPeer >= spec.limits().perPeer()) {
            String whose = owner(peer).equals(peer) ? "has " : "is of a slice that has ";
            tell(peer, whose + ofPeer + " connections and gets no more");
            return false;
        }
        if (count >= spec.limits().connections()) {
            tell(peer, "is turned away: all " + count + " places are taken");
            return false;
        }
        inside.put(owner(peer), ofPeer + 1);
        count++;
        lastUse = System.nanoTime();
        return true;
    }

    @Override
    public synchronized void leave(IpAddress peer) {
        inside.computeIfPresent(owner(peer), (address, before) -> before == 1 ? null : before - 1);
        count--;
        lastUse = System.nanoTime();
    }

    /** Whether a datagram of this peer is answered. */
    synchronized boolean welcome(IpAddress peer) {
        if (!spec.peers().contains(peer)) {
            tell(peer, "is turned away: it is not in " + spec.peers());
            return false;
        }
        lastUse = System.nanoTime();
        return true;
    }

    @Override
    public synchronized void offence(IpAddress peer, String what) {
        tell(peer, what + "; closed");
    }

    private void tell(IpAddress peer, String what) {
        String line = peer + " " + what;
        if (told.size() < MAX_REMEMBERED && told.add(line)) {
            log.accept(line);
            if (told.size() == MAX_REMEMBERED) {
                log.accept("that was the last that is told about peers: there are too many");
            }
        }
    }

    synchronized int count() {
        return count;
    }

    /** Nanoseconds since anybody did anything; 0 while somebody is connected. */
    synchronized long idleNanos() {
        return count > 0 ? 0 : System.nanoTime() - lastUse;
    }
}
