package io.fanatic.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WrapTest {
    @Test
    void aLineThatFitsStaysAndOneThatDoesNotBreaksBetweenWords() {
        assertThat(Wrap.line("  one two", 9)).containsExactly("  one two");
        assertThat(Wrap.line("  one two", 8)).containsExactly("  one", "  two");
        assertThat(Wrap.line("  - one two", 9)).containsExactly("  - one", "    two");
        assertThat(Wrap.line("immeasurable two", 5)).containsExactly("immeasurable", "two");
    }

    @Test
    void furtherLinesOfATableStandBelowItsLastColumn() {
        assertThat(Wrap.lines("ping   ", "       ", "none of 3 answered", 18))
                .containsExactly("ping   none of 3", "       answered");
    }
}
