package io.fanatic.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.harness.report.format.ReportFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** What a command has written as report.json, by the keys of fan-report(5). */
public record ReportJson(JsonObject document) {

    /** That of the directory of a report. */
    public static ReportJson in(Path directory) throws IOException {
        return of(Files.readString(directory.resolve(ReportFiles.JSON)));
    }

    public static ReportJson of(String json) {
        return new ReportJson(JsonParser.parseString(json).getAsJsonObject());
    }

    public boolean ok() {
        return document.get("ok").getAsBoolean();
    }

    public List<JsonObject> pairs() {
        return objects(document, "pairs");
    }

    public List<JsonObject> trials() {
        return objects(document, "trials");
    }

    /** The first stage of the first pair that failed. */
    public JsonObject failure() {
        return objects(pairs().get(0), "stages").stream()
                .filter(stage -> stage.get("outcome").getAsString().equals("failed"))
                .findFirst()
                .orElseThrow();
    }

    /** The objects of a list. */
    public static List<JsonObject> objects(JsonObject of, String key) {
        return StreamSupport.stream(of.getAsJsonArray(key).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }
}
