package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TranscriptTest {
    @Test
    void whatTellsOfSlowWorkAndGoesAwayIsNotPartOfALine() {
        String raw =
                "one ...\r\n\rthe long test ... 1 s\rthe long test ... 2 s\r                     \rtwo ... PASS\r\n";
        assertThat(Transcript.withoutEscapes(raw)).isEqualTo("one ...\ntwo ... PASS\n");
    }
}
