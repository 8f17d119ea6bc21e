package io.fanatic.netlink.strongswan;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A section of strongSwan's settings: values, lists and sections by name, in order. The text form is that of swanctl.conf(5) with one
 * setting in a line; what {@link #text} writes, {@link #parse} reads. For one thread.
 */
final class Section {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, List<String>> lists = new LinkedHashMap<>();
    private final Map<String, Section> sections = new LinkedHashMap<>();

    Section set(String key, String value) {
        values.put(key, value);
        return this;
    }

    Section set(String key, Collection<String> items) {
        lists.put(key, List.copyOf(items));
        return this;
    }

    /** Adds an empty section, and returns that. */
    Section section(String name) {
        Section inner = new Section();
        sections.put(name, inner);
        return inner;
    }

    Section put(String name, Section section) {
        sections.put(name, section);
        return this;
    }

    Map<String, String> values() {
        return values;
    }

    Map<String, List<String>> lists() {
        return lists;
    }

    Map<String, Section> sections() {
        return sections;
    }

    Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key));
    }

    List<String> list(String key) {
        return lists.getOrDefault(key, List.of());
    }

    /** The section of that name; an empty one where there is none. */
    Section in(String name) {
        return sections.getOrDefault(name, new Section());
    }

    String text() {
        StringBuilder text = new StringBuilder();
        write(text, "");
        return text.toString();
    }

    private void write(StringBuilder text, String indent) {
        values.forEach((key, value) ->
                text.append(indent).append(key).append(" = ").append(value).append('\n'));
        // The comma tells a list.
        lists.forEach((key, items) -> text.append(indent)
                .append(key)
                .append(" = ")
                .append(String.join(",", items))
                .append(",\n"));
        sections.forEach((name, section) -> {
            text.append(indent).append(name).append(" {\n");
            section.write(text, indent + "  ");
            text.append(indent).append("}\n");
        });
    }

    /**
     * Reads what {@link #text} writes; blank lines and comments are passed over.
     *
     * @throws IllegalArgumentException when a line is anything else
     */
    static Section parse(String text) {
        Section whole = new Section();
        Deque<Section> open = new ArrayDeque<>(List.of(whole));
        for (String line : text.split("\n", -1)) {
            String words = line.strip();
            int equals = words.indexOf(" = ");
            if (words.isEmpty() || words.startsWith("#")) {
                continue;
            }
            if (words.equals("}") && open.size() > 1) {
                open.pop();
            } else if (words.endsWith(" {")) {
                open.push(open.element().section(words.substring(0, words.length() - 2)));
            } else if (equals > 0 && words.endsWith(",")) {
                String items = words.substring(equals + 3, words.length() - 1);
                open.element().set(words.substring(0, equals), Arrays.asList(items.split(",")));
            } else if (equals > 0) {
                open.element().set(words.substring(0, equals), words.substring(equals + 3));
            } else {
                throw new IllegalArgumentException("not a setting");
            }
        }
        if (open.size() > 1) {
            throw new IllegalArgumentException("a section has no end");
        }
        return whole;
    }
}
