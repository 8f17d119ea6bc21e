package io.fanatic.cli.container.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.fanatic.cli.command.CommandException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DaemonJsonTest {
    private static String merged(String text) {
        Map<String, com.google.gson.JsonElement> settings = new LinkedHashMap<>();
        settings.put("bridge", new JsonPrimitive("fan-250"));
        settings.put("mtu", new JsonPrimitive(1450));
        return DaemonJson.parse("daemon.json", text).with(settings);
    }

    @Test
    void noFileAndAnEmptyOneBecomeAnObject() {
        String expected = "{\n    \"bridge\": \"fan-250\",\n    \"mtu\": 1450\n}\n";
        assertThat(merged("")).isEqualTo(expected);
        assertThat(merged("  \n")).isEqualTo(expected);
        assertThat(merged("{}")).isEqualTo("{\n    \"bridge\": \"fan-250\",\n    \"mtu\": 1450\n}");
    }

    @Test
    void whatIsThereKeepsItsLayoutItsOrderAndItsEnd() {
        assertThat(merged("{\n  \"debug\": true ,\n  \"x\": {\"a\": [1, {\"}\": \"\\\"]\"}]}\n}"))
                .isEqualTo("{\n  \"debug\": true ,\n  \"x\": {\"a\": [1, {\"}\": \"\\\"]\"}]},\n"
                        + "  \"bridge\": \"fan-250\",\n  \"mtu\": 1450\n}");
        assertThat(merged("{\"a\":1}")).isEqualTo("{\"a\":1, \"bridge\": \"fan-250\", \"mtu\": 1450}");
    }

    @Test
    void aSettingThatIsThereIsReplacedInItsPlace() {
        assertThat(merged("{ \"mtu\":1500, \"bridge\" : \"br0\",\"z\":null }"))
                .isEqualTo("{ \"mtu\":1450, \"bridge\" : \"fan-250\",\"z\":null }");
    }

    @Test
    void ofTwoSettingsWithOneNameTheLastCountsAsItDoesForDocker() {
        String text = "{\"mtu\": 1, \"mtu\": 2}";
        assertThat(DaemonJson.parse("f", text).setting("mtu")).contains(new JsonPrimitive(2));
        assertThat(merged(text)).startsWith("{\"mtu\": 1, \"mtu\": 1450");
    }

    @Test
    void namesWithEscapesAreTheSameNames() {
        assertThat(merged("{\"m\\u0074u\": 1}")).isEqualTo("{\"m\\u0074u\": 1450, \"bridge\": \"fan-250\"}");
    }

    @Test
    void whatIsMergedIsJsonAgain() {
        for (String text : new String[] {"{\"a\":[]}", "{\"a\":-1e3 }", "{\t}", "{\"a\":\"\\\\\"}"}) {
            assertThat(JsonParser.parseString(merged(text)).getAsJsonObject().get("mtu"))
                    .as(text)
                    .isEqualTo(new JsonPrimitive(1450));
        }
    }

    @Test
    void whatIsNoJsonObjectIsRefused() {
        for (String text : new String[] {"[]", "{", "{'a':1}", "{\"a\":1,}", "{} {}", "null", "// x\n{}"}) {
            assertThatExceptionOfType(CommandException.class)
                    .as(text)
                    .isThrownBy(() -> merged(text))
                    .withMessageStartingWith("daemon.json is not ");
        }
    }
}
