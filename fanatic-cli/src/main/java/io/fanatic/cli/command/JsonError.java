package io.fanatic.cli.command;

import com.google.gson.JsonObject;

/** What {@code --json} prints when a command is refused or fails before it has a document of its own. */
final class JsonError {
    private static final int SCHEMA = 1;

    private JsonError() {}

    static String document(ExitCode code, String sentence) {
        JsonObject error = JsonValues.object("exitCode", code.status(), "message", sentence);
        return JsonValues.print(JsonValues.object("schema", SCHEMA, "error", error));
    }
}
