package io.fanatic.netlink.resource;

/** Words for people. */
public final class Text {
    private Text() {}

    public static String join(String separator, Iterable<?> things) {
        StringBuilder text = new StringBuilder();
        for (Object thing : things) {
            text.append(text.length() == 0 ? "" : separator).append(thing);
        }
        return text.toString();
    }
}
