package io.fanatic.cli.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

class KillPointsTest {
    @Test
    void aCallThatWasInterruptedAndMadeAgainIsOne() {
        List<String> trace = List.of(
                "10 write(63, \"0\", 1)                 = ? ERESTARTNOINTR (To be restarted)",
                "10 write(63, \"0\", 1)                 = 1",
                "10 write(64, \"1\", 1)                 = 1",
                "10 +++ exited with 0 +++");
        assertThat(KillPoints.points(trace, false, false))
                .extracting(KillPoints.Point::name, KillPoints.Point::number)
                .containsExactly(tuple("write", 1), tuple("write", 2));
    }
}
