package io.fanatic.cli.container.http;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.fanatic.cli.command.CommandException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A JSON value of somebody else's making. What is not there, or is of another kind, is one sentence that says where.
 *
 * @param where whose words these are: {@code Docker's answer to GET /info}
 * @param element the value
 */
public record Json(String where, JsonElement element) {

    /**
     * Reads exactly one document of RFC 8259, no laxer.
     *
     * @throws CommandException when it is not one
     */
    public static Json parse(String where, String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            // Of nothing at all Gson makes a null.
            if (reader.peek() != JsonToken.END_DOCUMENT || text.isBlank()) {
                throw new JsonParseException("not one document");
            }
            return new Json(where, element);
        } catch (JsonParseException | IOException | StackOverflowError e) {
            throw CommandException.failed(where + " is not JSON");
        }
    }

    /** The member of an object; JSON's null when there is none. */
    public Json at(String name) {
        JsonElement member = element instanceof JsonObject object ? object.get(name) : null;
        return new Json(where, member == null ? JsonNull.INSTANCE : member);
    }

    /** The member at the end of a way. */
    public Json at(String... way) {
        Json json = this;
        for (String name : way) {
            json = json.at(name);
        }
        return json;
    }

    public boolean isAbsent() {
        return element.isJsonNull();
    }

    /** A text member. @throws CommandException when it is missing or something else */
    public String text(String name) {
        JsonElement member = at(name).element;
        if (!member.isJsonPrimitive() || !member.getAsJsonPrimitive().isString()) {
            throw senseless("a text \"" + name + "\"");
        }
        return member.getAsString();
    }

    /** A text member, or this when it is missing or something else. */
    public String textOr(String name, String otherwise) {
        JsonElement member = at(name).element;
        return member.isJsonPrimitive() && member.getAsJsonPrimitive().isString() ? member.getAsString() : otherwise;
    }

    /** A member that is true; a missing one is not. */
    public boolean isTrue(String name) {
        JsonElement member = at(name).element;
        return member.isJsonPrimitive() && member.getAsJsonPrimitive().isBoolean() && member.getAsBoolean();
    }

    /** A whole number; empty when it is missing or something else. */
    public OptionalLong number(String name) {
        JsonElement member = at(name).element;
        if (!member.isJsonPrimitive() || !member.getAsJsonPrimitive().isNumber()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(member.getAsBigDecimal().longValueExact());
        } catch (ArithmeticException | NumberFormatException fractionOrBeyondMeasure) {
            return OptionalLong.empty();
        }
    }

    /** The elements of an array; none where there is no array, since Go writes an empty list as null. */
    public List<Json> list() {
        List<Json> values = new ArrayList<>();
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(value -> values.add(new Json(where, value)));
        }
        return values;
    }

    /** The texts of an array; whatever else is in it is left out. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (Json value : list()) {
            if (value.element.isJsonPrimitive()) {
                texts.add(value.element.getAsString());
            }
        }
        return texts;
    }

    /** The names of an object's members; none where there is no object. */
    public List<String> names() {
        return element instanceof JsonObject object ? List.copyOf(object.keySet()) : List.of();
    }

    /** The members of an object whose names begin so, in the order of their names, and so on further inside. */
    public JsonObject sorted(String prefix) {
        JsonObject sorted = new JsonObject();
        names().stream().filter(name -> name.startsWith(prefix)).sorted().forEach(name -> {
            Json member = at(name);
            sorted.add(name, member.element.isJsonObject() ? member.sorted("") : member.element);
        });
        return sorted;
    }

    private CommandException senseless(String what) {
        return CommandException.failed(where + " makes no sense: " + what + " is missing");
    }
}
