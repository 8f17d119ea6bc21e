package io.fanatic.cli.command;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** JSON of our own making. */
public final class JsonValues {
    private JsonValues() {}

    /** An object, by pairs: name, value, name, value. A value is JSON, a number, a truth value, or else its text. */
    public static JsonObject object(Object... pairs) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < pairs.length; i += 2) {
            object.add(pairs[i].toString(), element(pairs[i + 1]));
        }
        return object;
    }

    /** An array of such values. */
    public static JsonArray array(Object... values) {
        return array(List.of(values));
    }

    public static JsonArray array(Collection<?> values) {
        return array(values, JsonValues::element);
    }

    /** An array of what each of these is made. */
    public static <T> JsonArray array(Collection<T> values, Function<? super T, ? extends JsonElement> made) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(made.apply(value)));
        return array;
    }

    private static JsonElement element(Object value) {
        if (value instanceof JsonElement json) {
            return json;
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        return value instanceof Boolean truth ? new JsonPrimitive(truth) : new JsonPrimitive(value.toString());
    }

    /** A document as commands print it. */
    public static String print(JsonElement document) {
        Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        return gson.toJson(document);
    }

    /** As {@link #print}, with the characters escaped that mean something in HTML: what always had them so keeps them. */
    public static String printEscaped(JsonElement document) {
        return new GsonBuilder().setPrettyPrinting().create().toJson(document);
    }
}
