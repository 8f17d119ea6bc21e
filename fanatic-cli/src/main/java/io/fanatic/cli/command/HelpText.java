package io.fanatic.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.IOptionRenderer;
import picocli.CommandLine.Help.IParameterRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The help of a command. Its lines end between words: picocli would break {@code fd00:fa::/48} after a colon, since it asks
 * {@link java.text.BreakIterator}. So until the lines are made, what is no letter inside a word stands as a private character.
 */
final class HelpText {
    /** The first character of Unicode's private use area, where no line is broken. */
    private static final char PRIVATE = '\uE000';

    private HelpText() {}

    static String of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        for (CommandLine each : spec.subcommands().values()) {
            // A list of commands tells the first sentence of each.
            UsageMessageSpec usage = each.getCommandSpec().usageMessage();
            String description = usage.description()[0];
            int end = description.indexOf(". ");
            usage.header(whole(end < 0 ? description : description.substring(0, end + 1)));
        }
        String[] description = spec.usageMessage().description().clone();
        for (int i = 0; i < description.length; i++) {
            description[i] = whole(description[i]);
        }
        spec.usageMessage().description(description);
        command.setHelpFactory(WholeWords::new);
        return restored(command.getUsageMessage());
    }

    /** With private characters for all that is no letter, digit or blank, but for what stands alone. */
    private static String whole(String text) {
        StringBuilder whole = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alone =
                    (i == 0 || text.charAt(i - 1) == ' ') && (i + 1 == text.length() || text.charAt(i + 1) == ' ');
            if (c > ' ' && c < 128 && !Character.isLetterOrDigit(c) && !alone) {
                whole.setCharAt(i, (char) (PRIVATE + c));
            }
        }
        return whole.toString();
    }

    private static String restored(String text) {
        StringBuilder restored = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > PRIVATE && c < PRIVATE + 128) {
                restored.setCharAt(i, (char) (c - PRIVATE));
            }
        }
        return restored.toString();
    }

    /** With the synopsis made whole, and the descriptions of options and words, which are in the last column. */
    private static final class WholeWords extends Help {
        WholeWords(CommandSpec command, ColorScheme colors) {
            super(command, colors);
        }

        @Override
        public IOptionRenderer createDefaultOptionRenderer() {
            IOptionRenderer usual = super.createDefaultOptionRenderer();
            return (option, label, colors) -> whole(usual.render(option, label, colors), colors);
        }

        @Override
        public IParameterRenderer createDefaultParameterRenderer() {
            IParameterRenderer usual = super.createDefaultParameterRenderer();
            return (word, label, colors) -> whole(usual.render(word, label, colors), colors);
        }

        @Override
        protected String insertSynopsisCommandName(int heading, Text options) {
            return super.insertSynopsisCommandName(heading, whole(options, colorScheme()));
        }

        private static Text[][] whole(Text[][] rows, ColorScheme colors) {
            for (Text[] row : rows) {
                int last = row.length - 1;
                row[last] = whole(row[last], colors);
            }
            return rows;
        }

        private static Text whole(Text text, ColorScheme colors) {
            return colors.ansi().new Text(HelpText.whole(text.plainString()), colors);
        }
    }
}
