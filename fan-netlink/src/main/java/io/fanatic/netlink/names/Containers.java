package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The containers of this host at one moment.
 *
 * @param found by source
 * @param failures of the sources that did not answer, a sentence each
 */
record Containers(List<Found> found, List<String> failures) {
    private static final int MAX_LABEL = 63;
    /** With the host's label and the zone behind it a name stays below the 253 characters of RFC 1035. */
    private static final int MAX_NAME = 200;

    /** @param source its title */
    record Found(String source, NamedContainer container) {}

    /**
     * What a name leads to.
     *
     * @param exists also without an address, when it stands between a name and its host
     * @param sources the titles of those who list such a container, in alphabetical order
     */
    record Match(boolean exists, Set<IpAddress> addresses, SortedSet<String> sources) {

        /** What to know of a name that leads to containers of several sources. */
        Optional<String> ambiguity(String name) {
            return sources.size() < 2
                    ? Optional.empty()
                    : Optional.of(name + " is the name of containers of " + String.join(" and ", sources)
                            + ": it leads to all of them");
        }
    }

    /** @param name in small letters */
    Match match(String name, List<Prefix> slices) {
        Match match = match(name, slices, false);
        // "_" is legal in DNS, but not in the URLs of Java and gRPC.
        return match.exists() || name.indexOf('-') < 0 ? match : match(name, slices, true);
    }

    private Match match(String name, List<Prefix> slices, boolean hyphens) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        SortedSet<String> sources = new TreeSet<>();
        boolean exists = false;
        for (Found each : found) {
            List<IpAddress> own = inside(each.container(), slices);
            if (own.isEmpty()) {
                continue;
            }
            for (String other : names(each.container())) {
                String shown = hyphens ? other.replace('_', '-') : other;
                if (shown.equals(name)) {
                    addresses.addAll(own);
                    sources.add(each.source());
                    exists = true;
                }
                exists |= shown.endsWith("." + name);
            }
        }
        return new Match(exists, addresses, sources);
    }

    /** The own names of the containers at an address. */
    List<String> namesOf(IpAddress address) {
        List<String> names = new ArrayList<>();
        for (Found each : found) {
            if (each.container().addresses().contains(address)) {
                servable(each.container().name())
                        .filter(name -> !names.contains(name))
                        .ifPresent(names::add);
            }
        }
        return names;
    }

    /** Names that lead to containers of more than one source, each a sentence. */
    List<String> ambiguities(List<Prefix> slices) {
        Set<String> sentences = new LinkedHashSet<>();
        for (Found each : found) {
            names(each.container())
                    .forEach(name -> match(name, slices).ambiguity(name).ifPresent(sentences::add));
        }
        return List.copyOf(sentences);
    }

    private static List<IpAddress> inside(NamedContainer container, List<Prefix> slices) {
        return container.addresses().stream()
                .filter(address -> slices.stream().anyMatch(slice -> slice.contains(address)))
                .toList();
    }

    private static List<String> names(NamedContainer container) {
        List<String> names = new ArrayList<>();
        servable(container.name()).ifPresent(names::add);
        container.aliases().forEach(alias -> servable(alias).ifPresent(names::add));
        return names;
    }

    /** The name in small letters, where it can be one in DNS. */
    static Optional<String> servable(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        int label = 0;
        for (int i = 0; i < small.length(); i++) {
            char c = small.charAt(i);
            boolean dot = c == '.';
            boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!letter && !dot || dot && label == 0) {
                return Optional.empty();
            }
            label = dot ? 0 : label + 1;
            if (label > MAX_LABEL) {
                return Optional.empty();
            }
        }
        return label == 0 || small.length() > MAX_NAME ? Optional.empty() : Optional.of(small);
    }
}
