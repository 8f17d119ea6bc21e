package io.fanatic.cli.container;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is different between two JSON documents, in words. */
public final class Difference {
    private static final int MOST = 4;

    private Difference() {}

    /** {@code devices.eth0.mtu is "1400", not "1450"; description is new}. */
    public static String description(String wanted, String present) {
        Map<String, String> before = new TreeMap<>();
        Map<String, String> after = new TreeMap<>();
        try {
            flatten("", Json.parse("", wanted).element(), before);
            flatten("", Json.parse("", present).element(), after);
        } catch (CommandException e) {
            return "it is no longer JSON";
        }
        List<String> differences = new ArrayList<>();
        after.forEach((way, value) -> {
            String expected = before.get(way);
            if (expected == null) {
                differences.add(way + " is new");
            } else if (!expected.equals(value)) {
                differences.add(way + " is " + value + ", not " + expected);
            }
        });
        before.forEach((way, value) -> {
            if (!after.containsKey(way)) {
                differences.add(way + " is gone");
            }
        });
        if (differences.isEmpty()) {
            return "its layout";
        }
        int more = differences.size() - MOST;
        List<String> told = differences.subList(0, Math.min(MOST, differences.size()));
        return HttpAnswer.oneLine(String.join("; ", told) + (more > 0 ? "; and " + more + " more" : ""));
    }

    private static void flatten(String way, JsonElement element, Map<String, String> into) {
        if (element instanceof JsonObject object && object.size() > 0) {
            object.entrySet()
                    .forEach(member -> flatten(
                            way.isEmpty() ? member.getKey() : way + "." + member.getKey(), member.getValue(), into));
        } else if (element instanceof JsonArray array && array.size() > 0) {
            for (int i = 0; i < array.size(); i++) {
                flatten(way + "[" + i + "]", array.get(i), into);
            }
        } else {
            into.put(way, element.toString());
        }
    }
}
