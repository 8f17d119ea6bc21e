package io.fanatic.cli.container.docker;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of a daemon.json, in which single settings are replaced or added; all else stays as its author wrote it, blanks and
 * order included.
 */
public final class DaemonJson {
    private final String text;
    private final List<Member> members;

    /** A member of the outermost object: where its name begins, and where its value begins and ends. */
    private record Member(String name, int nameStart, int start, int end) {}

    private DaemonJson(String text, List<Member> members) {
        this.text = text;
        this.members = members;
    }

    /**
     * Reads it. Docker takes an empty file for no settings.
     *
     * @param where for messages: its path
     * @throws CommandException when it is not one JSON object
     */
    public static DaemonJson parse(String where, String text) {
        if (text.isBlank()) {
            return new DaemonJson("{}\n", List.of());
        }
        if (!(Json.parse(where, text).element() instanceof JsonObject)) {
            throw CommandException.conflict(where + " is not a JSON object; fix it first");
        }
        return new DaemonJson(text, members(where, text));
    }

    /** Walks through text that is known to be a JSON object. */
    private static List<Member> members(String where, String text) {
        List<Member> members = new ArrayList<>();
        int at = blank(text, text.indexOf('{') + 1);
        while (text.charAt(at) != '}') {
            int nameEnd = value(text, at);
            int start = blank(text, blank(text, nameEnd) + 1);
            int end = value(text, start);
            String name =
                    Json.parse(where, text.substring(at, nameEnd)).element().getAsString();
            members.add(new Member(name, at, start, end));
            at = blank(text, end);
            if (text.charAt(at) == ',') {
                at = blank(text, at + 1);
            }
        }
        return members;
    }

    private static int blank(String text, int at) {
        int next = at;
        while (Character.isWhitespace(text.charAt(next))) {
            next++;
        }
        return next;
    }

    /** Just past the value that begins here. */
    private static int value(String text, int start) {
        int depth = 0;
        int at = start;
        while (true) {
            char c = text.charAt(at);
            if (c == '"') {
                at = string(text, at);
            } else if (c == '{' || c == '[') {
                depth++;
                at++;
            } else if (depth > 0 && (c == '}' || c == ']')) {
                depth--;
                at++;
            } else if (depth == 0 && (c == ',' || c == '}' || Character.isWhitespace(c))) {
                return at;
            } else {
                at++;
                continue;
            }
            if (depth == 0) {
                return at;
            }
        }
    }

    private static int string(String text, int quote) {
        int at = quote + 1;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    /** A setting; of several with the name the last, as Docker takes it. */
    public Optional<JsonElement> setting(String name) {
        return last(name)
                .map(member ->
                        Json.parse("", text.substring(member.start, member.end)).element());
    }

    private Optional<Member> last(String name) {
        return members.stream().filter(member -> member.name.equals(name)).reduce((a, b) -> b);
    }

    /** The text with these settings. */
    public String with(Map<String, JsonElement> settings) {
        String result = text;
        for (Map.Entry<String, JsonElement> setting : settings.entrySet()) {
            result = new DaemonJson(result, members("", result)).with(setting.getKey(), setting.getValue());
        }
        return result;
    }

    private String with(String name, JsonElement value) {
        Optional<Member> there = last(name);
        if (there.isPresent()) {
            return text.substring(0, there.get().start) + value + text.substring(there.get().end);
        }
        String added = "\"" + name + "\": " + value;
        if (members.isEmpty()) {
            int open = text.indexOf('{') + 1;
            return text.substring(0, open) + "\n    " + added + "\n" + text.substring(blank(text, open));
        }
        Member last = members.get(members.size() - 1);
        int before = last.nameStart;
        while (Character.isWhitespace(text.charAt(before - 1))) {
            before--;
        }
        String gap = text.substring(before, last.nameStart);
        return text.substring(0, last.end) + "," + (gap.isEmpty() ? " " : gap) + added + text.substring(last.end);
    }
}
