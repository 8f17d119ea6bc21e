package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Started without the launcher's options, as later releases of Java have something to say about. */
class JvmWarningsTest {

    // TESTING.md F41
    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void whatTheJvmSaysDoesNotGetIntoTheJson(Lab lab, @TempDir Path libraries) {
        String command = String.join(" ", JavaProgram.fanctl(libraries, "show --json"));
        ExecResult shown = lab.exec(lab.hosts().get(0), List.of("sh", "-c", command + " 2>/dev/null"))
                .orThrow();
        assertThat(JsonParser.parseString(shown.output()).isJsonObject())
                .as(shown.output())
                .isTrue();
    }
}
