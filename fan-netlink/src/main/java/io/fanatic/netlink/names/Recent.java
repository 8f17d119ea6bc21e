package io.fanatic.netlink.names;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers a limited number of things for a limited time; the oldest goes first. */
final class Recent<K, V> {
    private final int most;
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>();

    private record Entry<V>(V value, long until) {}

    Recent(int most) {
        this.most = most;
    }

    Optional<V> get(K key) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (System.nanoTime() - entry.until() >= 0) {
            entries.remove(key);
            return Optional.empty();
        }
        return Optional.of(entry.value());
    }

    void put(K key, V value, long nanos) {
        entries.remove(key);
        if (entries.size() >= most) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(key, new Entry<>(value, System.nanoTime() + nanos));
    }
}
