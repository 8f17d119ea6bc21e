package io.fanatic.cli.container.http;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** JSON of our own making. */
public final class JsonValues {
    private JsonValues() {}

    /** An object of texts, by pairs: name, value, name, value. */
    public static JsonObject object(String... pairs) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < pairs.length; i += 2) {
            object.addProperty(pairs[i], pairs[i + 1]);
        }
        return object;
    }

    /** An array of texts. */
    public static JsonArray array(String... texts) {
        JsonArray array = new JsonArray();
        for (String text : texts) {
            array.add(text);
        }
        return array;
    }
}
