package io.fanatic.harness.report.format;

/** Text on its way into HTML or SVG. */
final class Html {
    private Html() {}

    /** Safe as text and in quoted attributes; control characters, which HTML forbids, become U+FFFD. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (char c : text.toCharArray()) {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 ? '\ufffd' : c);
            }
        }
        return safe.toString();
    }
}
