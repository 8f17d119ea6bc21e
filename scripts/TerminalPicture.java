import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws what a terminal shows as SVG: {@code tmux capture-pane -p -e | java scripts/TerminalPicture.java TITLE > picture.svg}. The
 * picture follows the reader's light or dark mode, and its text can be selected.
 */
final class TerminalPicture {
    private static final double CHARACTER = 8.4;
    private static final int LINE = 19;
    private static final int MARGIN = 16;
    private static final int TITLE_BAR = 30;
    private static final Pattern STYLE = Pattern.compile("\033\\[([0-9;]*)m");

    /** The colours that the programs use, by their number; readable on both backgrounds. */
    private static final Map<Integer, String> COLOURS = new TreeMap<>(Map.of(
            31, "red", 32, "green", 33, "yellow", 34, "blue", 35, "magenta", 36, "cyan", 90, "grey"));

    private boolean bold;
    private boolean dim;
    private String colour = "";

    public static void main(String[] args) throws IOException {
        String screen = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        System.out.print(new TerminalPicture().draw(args[0], screen.lines().toList()));
    }

    private String draw(String title, List<String> lines) {
        int columns = lines.stream()
                .mapToInt(line -> STYLE.matcher(line).replaceAll("").length())
                .max()
                .orElse(0);
        int width = (int) Math.ceil(Math.max(columns, 80) * CHARACTER) + 2 * MARGIN;
        int height = TITLE_BAR + lines.size() * LINE + MARGIN;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img" aria-label="%3$s">
                <style>
                text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
                .frame { fill: #f6f8fa; stroke: #d0d7de } .bar { fill: #d0d7de } .title { fill: #59636e }
                .bold { font-weight: bold } .dim, .grey { fill: #59636e }
                .red { fill: #b42318 } .green { fill: #116329 } .yellow { fill: #7d4e00 } .blue { fill: #0550ae }
                .magenta { fill: #8250df } .cyan { fill: #1b6f7a }
                @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3 } .frame { fill: #161b22; stroke: #30363d } .bar { fill: #30363d } .title { fill: #9198a1 }
                .dim, .grey { fill: #9198a1 }
                .red { fill: #ff8a80 } .green { fill: #6fdd8b } .yellow { fill: #e3b341 } .blue { fill: #79c0ff }
                .magenta { fill: #d2a8ff } .cyan { fill: #76d9e6 }
                }
                </style>
                <rect class="frame" x="0.5" y="0.5" width="%4$d" height="%5$d" rx="8"/>
                <path class="bar" d="M0.5 8.5a8 8 0 0 1 8-8h%6$da8 8 0 0 1 8 8v14h-%4$dz"/>
                <text class="title" x="%7$d" y="16" text-anchor="middle" style="font-size: 12px">%3$s</text>
                """.formatted(width, height, escape(title), width - 1, height - 1, width - 17, width / 2));
        int y = TITLE_BAR + LINE - 5;
        for (String line : lines) {
            drawLine(svg, line, y);
            y += LINE;
        }
        return svg.append("</svg>\n").toString();
    }

    private void drawLine(StringBuilder svg, String line, int y) {
        Matcher style = STYLE.matcher(line);
        int at = 0;
        int column = 0;
        while (style.find()) {
            column += drawRun(svg, line.substring(at, style.start()), column, y);
            apply(style.group(1));
            at = style.end();
        }
        drawRun(svg, line.substring(at), column, y);
    }

    /** The length is set, so that columns stand below each other whatever font the reader has. */
    private int drawRun(StringBuilder svg, String text, int column, int y) {
        String shown = text.stripTrailing();
        int indent = shown.length() - shown.stripLeading().length();
        if (!shown.isBlank()) {
            String word = shown.substring(indent);
            String classes = ((bold ? "bold " : "") + (dim ? "dim " : "") + colour).strip();
            svg.append("<text%s x=\"%.1f\" y=\"%d\" textLength=\"%.1f\">%s</text>%n"
                    .formatted(
                            classes.isEmpty() ? "" : " class=\"" + classes + "\"",
                            MARGIN + (column + indent) * CHARACTER,
                            y,
                            word.length() * CHARACTER,
                            escape(word)));
        }
        return text.length();
    }

    private void apply(String codes) {
        for (String code : codes.isEmpty() ? new String[] {"0"} : codes.split(";")) {
            int number = Integer.parseInt(code);
            switch (number) {
                case 0 -> {
                    bold = false;
                    dim = false;
                    colour = "";
                }
                case 1 -> bold = true;
                case 2 -> dim = true;
                case 22 -> {
                    bold = false;
                    dim = false;
                }
                case 39 -> colour = "";
                default -> colour = COLOURS.getOrDefault(number, colour);
            }
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
