package io.fanatic.netlink.engine;

/** Words for people. */
final class Text {
    private Text() {}

    static String join(String separator, Iterable<?> things) {
        StringBuilder text = new StringBuilder();
        for (Object thing : things) {
            text.append(text.length() == 0 ? "" : separator).append(thing);
        }
        return text.toString();
    }
}
