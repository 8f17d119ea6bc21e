package io.fanatic.cli;

import com.google.gson.JsonObject;
import io.fanatic.core.FanSlice;

/** A slice for people and for programs. */
final class SliceText {
    private SliceText() {}

    static JsonObject json(FanSlice slice) {
        JsonObject object = new JsonObject();
        object.addProperty("underlayAddress", slice.underlayAddress().toString());
        object.addProperty("slice", slice.cidr().toString());
        object.addProperty("hostAddress", slice.hostAddress().toString());
        object.addProperty("hostReserve", slice.hostReserve());
        object.addProperty(
                "firstContainerAddress", slice.firstContainerAddress().toString());
        object.addProperty("lastContainerAddress", slice.lastContainerAddress().toString());
        return object;
    }

    /** @param prefixLength of the bridge's and the containers' addresses */
    static void append(StringBuilder text, FanSlice slice, int prefixLength) {
        line(text, "underlay address", slice.underlayAddress().toString());
        line(text, "slice", slice.cidr().toString());
        line(text, "host address", slice.hostAddress() + "/" + prefixLength);
        line(text, "containers", slice.firstContainerAddress() + " - " + slice.lastContainerAddress());
    }

    static void line(StringBuilder text, String name, String value) {
        text.append(name)
                .append(" ".repeat(Math.max(1, 18 - name.length())))
                .append(value)
                .append('\n');
    }
}
