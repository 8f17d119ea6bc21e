package io.fanatic.cli.command;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/** What {@code --json} prints when a command is refused or fails before it has a document of its own. */
final class JsonError {
    private static final int SCHEMA = 1;

    private JsonError() {}

    static String document(ExitCode code, String sentence) {
        JsonObject error = new JsonObject();
        error.addProperty("exitCode", code.status());
        error.addProperty("message", sentence);
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.add("error", error);
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(document);
    }
}
