package io.fanatic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CleanStreamTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain\tand\n", "\033[1;31mred\033[0m", "é €  \ud83d\ude00", "{\"a\":\"\\u001b\"}", "Â"})
    void whatATerminalMayObeyOrShowsPasses(String text) {
        assertThat(CleanStream.clean(text)).isEqualTo(text);
    }

    @Test
    void everythingElseIsWrittenDown() {
        assertThat(CleanStream.clean("a\033[2Jb")).isEqualTo("a\\u001b[2Jb");
        assertThat(CleanStream.clean("\033]0;title\007")).isEqualTo("\\u001b]0;title\\u0007");
        assertThat(CleanStream.clean("\033\033[1mx\033m\033[m")).isEqualTo("\\u001b\033[1mx\\u001bm\033[m");
        assertThat(CleanStream.clean("\033[" + "1".repeat(20) + "m")).isEqualTo("\\u001b[" + "1".repeat(20) + "m");
        assertThat(CleanStream.clean("over\rwritten\b\177\0")).isEqualTo("over\\u000dwritten\\u0008\\u007f\\u0000");
        assertThat(CleanStream.clean("\u009b2J\u0085")).isEqualTo("\\u009b2J\\u0085");
    }

    @Test
    void inAnotherEncodingAsWell() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CleanStream stream = CleanStream.to(bytes, StandardCharsets.ISO_8859_1)) {
            stream.print("Âé\u009b2J\033[3J");
        }
        assertThat(bytes.toString(StandardCharsets.ISO_8859_1)).isEqualTo("Âé\\u009b2J\\u001b[3J");
    }

    @Test
    void aColourMayComeInPieces() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CleanStream stream = CleanStream.to(bytes, StandardCharsets.UTF_8)) {
            for (char c : "\033[32mok\033[0m".toCharArray()) {
                stream.print(c);
            }
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\033[32mok\033[0m");
    }
}
