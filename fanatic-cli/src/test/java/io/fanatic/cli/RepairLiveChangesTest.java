package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fanatic.netlink.health.Code;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Each change under a live fan is named by {@code fanatic doctor} and repaired by {@code fanctl up -a}. */
class RepairLiveChangesTest extends LiveChanges {
    @BeforeAll
    static void startCounting() {
        named = 0;
        repaired = 0;
    }

    @AfterAll
    static void tell() {
        System.out.println("number: live changes: " + named + " named by doctor, " + repaired + " repaired by up -a");
    }

    private List<String> findings() {
        return findings(fanatic(host, "doctor --json"));
    }

    /** The codes of what {@code fanatic doctor --json} found. */
    static List<String> findings(CliRun doctor) {
        List<String> codes = new ArrayList<>();
        for (JsonElement each :
                JsonParser.parseString(doctor.out()).getAsJsonObject().getAsJsonArray("findings")) {
            codes.add(each.getAsJsonObject().get("code").getAsString());
        }
        return codes;
    }

    @Override
    void repair(Code code) {
        assertThat(findings()).contains(code.word());
        named++;
        assertThat(fanctl(host, "up -a").done()).contains("fan-250 is up: ");
        assertThat(findings()).doesNotContain(code.word());
        repaired++;
    }

    @Override
    void isTold(Code code, String words) {
        assertThat(findings()).contains(code.word());
        named++;
    }

    @Override
    void nothingIsSaid() {
        assertThat(findings()).isEmpty();
        assertThat(fanctl(host, "up -a").done()).contains("is up already, nothing to do");
    }
}
